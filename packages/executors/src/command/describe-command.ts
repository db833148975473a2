import { stripVTControlCharacters } from "node:util";
import { describeEnding } from "../supervise/describe-ending.ts";
import type { Ending } from "../supervise/supervisor.ts";

const tailCharacters = 1500;
// Shorter values (a language, a port) appear in harmless text by chance.
const secretLength = 8;

/** For people: how a program ended and the last that it printed, without the values of its own environment. */
export function describeCommand(ending: Ending, { program, own }: { program: string; own: Readonly<Record<string, string>> }): string {
  const tails = ["stderr", "stdout"] as const;
  const said = tails.flatMap((name) => {
    const text = printable(ending[name].tail);
    return text === "" ? [] : [`${name}: ${text.length > tailCharacters ? `…${text.slice(-tailCharacters)}` : text}`];
  });
  const quiet: Ending = { ...ending, stdout: { ...ending.stdout, tail: "" } };
  const sentence = describeEnding(said.length > 0 ? { ...quiet, stderr: { ...ending.stderr, tail: "" } } : ending, program);
  return Object.values(own)
    .filter((value) => value.length >= secretLength)
    .reduce((text, value) => text.replaceAll(value, "[value from env]"), [sentence, ...said].join("\n"));
}

function printable(text: string): string {
  // Control characters, but for tabs and line feeds.
  return stripVTControlCharacters(text)
    .replaceAll(/[^\P{Cc}\t\n]/gu, "")
    .trim();
}
