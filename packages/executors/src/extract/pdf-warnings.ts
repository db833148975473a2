/** Warnings of pdf.js while they are caught. */
interface CaughtWarnings extends Disposable {
  /** Takes those since the last time. */
  take(): readonly string[];
}

// Far more than a reader looks at: a hostile file has one for each of its bytes.
const mostKept = 1_000;

/**
 * Catches what pdf.js warns of, until it is disposed of. By no other way does it say what it left out of a damaged file, and it says it to the console of the
 * process, which reads one document at a time.
 */
export function catchWarnings(): CaughtWarnings {
  /* oxlint-disable no-console -- pdf.js warns there, and nowhere else */
  const { warn } = console;
  let warnings: string[] = [];
  console.warn = (...said: unknown[]) => {
    if (warnings.length < mostKept) warnings.push(said.join(" "));
  };
  return {
    take() {
      const taken = warnings;
      warnings = [];
      return taken;
    },
    [Symbol.dispose]() {
      console.warn = warn;
    },
  };
  /* oxlint-enable no-console */
}

// Warnings of pdf.js that it leaves out a part of a file, or guesses one. Most of the others are of fonts and pictures that it has something else for.
const ofDamage =
  /ignoring errors|Unterminated|Unknown command|Skipping command|Missing setFont|Indexing all PDF objects|indexObjects|checkLastPage|getAllPageDicts|ignoring (?:additional )?invalid|Invalid (?:stream|xref|number)|Bad (?:uncompressed|FCHECK|compression)|is not available/i;

/** True for a warning of a part of the file that can't be read. */
export function saysDamage(warning: string): boolean {
  return ofDamage.test(warning);
}
