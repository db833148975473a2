import type { Run } from "../artifacts/run.ts";
import type { Document } from "../define-artifact.ts";

/** The texts that passages can be taken from, by the id that candidates name them with: `S1` of run.json, `N1` for the file N1.txt. */
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
