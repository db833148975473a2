import { Line, type Words } from "../render/style.ts";
import type { Screen } from "./cli.ts";

// ECMA-48: CUU (cursor up), ED (erase to the end of the screen).
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r` : "\r");
const eraseBelow = "\u001b[0J";

/** Redraws a few lines in place, none of them wider than the screen: in one write each time, so that nothing flickers. */
export function createRedraw(screen: Screen): (lines: readonly Words[]) => void {
  let shown = 0;
  return (lines) => {
    screen.write(`${up(shown)}${eraseBelow}${lines.map((words) => `${Line.of(words).shown}\n`).join("")}`);
    shown = lines.length;
  };
}
