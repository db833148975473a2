import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Programs that read the words of a document, to hold ours against: poppler's for PDF, and the bare text of the parts of a DOCX. */
const readers: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  pdf: ["pdftotext", "-enc", "UTF-8", "FILE", "-"],
  docx: [
    "unzip",
    "-p",
    "FILE",
    "word/document.xml",
    "word/footnotes.xml",
    "word/endnotes.xml",
    "word/comments.xml",
    "word/header*",
    "word/footer*",
  ],
};

export interface Recall {
  /** Share of the words of the other program that our text has as often, 0 to 1. */
  readonly share: number;
  /** Words that it lacks, the most frequent first. */
  readonly lacking: readonly string[];
}

/**
 * Recall of a text against what another program reads of its document: words in NFKC, each Chinese or Japanese character one. Undefined where there is no
 * such program for the kind, or on this machine.
 */
export async function recallOf(
  text: string,
  { kind, bytes }: { readonly kind: string; readonly bytes: Buffer },
): Promise<Recall | undefined> {
  const [program, ...args] = readers[kind] ?? [];
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "tasuki-recall-"));
  const file = join(folder, `document.${kind}`);
  try {
    await writeFile(file, bytes);
    const within = { maxBuffer: 64 * 1024 * 1024 };
    // unzip ends with 11 where a document has not all of the parts.
    const { stdout } = await run(
      program,
      args.map((arg) => (arg === "FILE" ? file : arg)),
      within,
    ).catch((error: unknown) => error as { stdout: string });
    if (stdout === "" || stdout === undefined) return undefined;
    return compare(kind === "docx" ? textOfXml(stdout) : stdout, text);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textOfXml(xml: string): string {
  return xml
    .replaceAll(/<\/w:p>|<w:(?:tab|br)\/>/g, " ")
    .replaceAll(/<w:(?:delText|instrText)[^>]*>[^<]*/g, "")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&");
}

function compare(other: string, own: string): Recall {
  const [wanted, had] = [countsOf(other), countsOf(own)];
  let [found, all] = [0, 0];
  const lacking: [string, number][] = [];
  for (const [word, count] of wanted) {
    const lost = Math.max(0, count - (had.get(word) ?? 0));
    all += count;
    found += count - lost;
    if (lost > 0) lacking.push([word, lost]);
  }
  const words = lacking.toSorted(([, one], [, two]) => two - one).map(([word, count]) => (count === 1 ? word : `${word} ×${count}`));
  return { share: all === 0 ? 1 : found / all, lacking: words };
}

function countsOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "");
  for (const [word] of plain.matchAll(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv,
  ))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
