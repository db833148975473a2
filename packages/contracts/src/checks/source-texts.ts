import type { Run } from "../artifacts/run.ts";
import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { place } from "./place.ts";

/** The source texts that came with the task are those of run.json, all of them, byte for byte. */
export function* checkSourceTexts(run: Document<Run>, sourceTexts: readonly Document[]): Generator<Unmet> {
  const expected = new Map(run.value.sources.flatMap(({ text }) => (text ? [[text.name, text.sha256] as const] : [])));
  for (const { name, sha256 } of sourceTexts) {
    const digest = expected.get(name);
    if (digest === sha256) continue;
    yield {
      ...place(run, `"${name}"`),
      path: "sources",
      expected: digest === undefined ? `no ${name}, which run.json doesn't name` : `${name} with SHA-256 ${digest}`,
      got: `${name} with SHA-256 ${sha256}`,
      fix: "send the texts that main extracted at intake, unchanged",
    };
  }
  const present = new Set(sourceTexts.map(({ name }) => name));
  for (const [name] of expected)
    if (!present.has(name))
      yield {
        ...place(run, `"${name}"`),
        path: "sources",
        expected: `the text ${name}, which run.json names`,
        got: "no such file",
        fix: `send ${name} with the task`,
      };
}
