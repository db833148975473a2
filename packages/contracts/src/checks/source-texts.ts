import type { Document, Unmet } from "@tasuki/protocol";
import type { Run } from "../artifacts/run/run.ts";
import { place } from "./collect.ts";

/** Checks that the source texts of the task are those of run.json, all of them, byte for byte. */
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

/** Source texts by the id that candidates name them with: `S1` for a source of run.json, `N1` for the collected text N1.txt. */
export function sourcesById(
  run: Run,
  sourceTexts: readonly Document<string>[],
  collected: readonly Document<string>[],
): ReadonlyMap<string, Document<string>> {
  const byName = new Map(sourceTexts.map((document) => [document.name, document]));
  const given = run.sources.flatMap(({ id, text }) => {
    const document = text && byName.get(text.name);
    return document ? [[id, document] as const] : [];
  });
  return new Map([...given, ...collected.map((document) => [document.name.replace(/\.txt$/, ""), document] as const)]);
}
