import type { Screen } from "./cli.ts";

export interface LiveDisplay {
  /** Replaces what was shown last. No line may be wider than the screen. */
  show(lines: readonly string[]): void;
  /** Removes what is shown, so that something else can be printed there. */
  clear(): void;
}

// ECMA-48: CUU (cursor up), ED (erase to the end of the screen).
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r` : "\r");
const eraseBelow = "\u001b[0J";

/** Redraws a few lines in place, in one write each time so that nothing flickers. */
export function createLiveDisplay(screen: Screen): LiveDisplay {
  let shown = 0;
  return {
    show(lines) {
      screen.write(`${up(shown)}${eraseBelow}${lines.map((line) => `${line}\n`).join("")}`);
      shown = lines.length;
    },
    clear() {
      screen.write(`${up(shown)}${eraseBelow}`);
      shown = 0;
    },
  };
}
