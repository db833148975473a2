import type { Document } from "@tasuki/contracts";
import type { Run } from "@tasuki/contracts/artifacts/run";

/** A source text, and the id that candidates name it by. */
export interface SourceText {
  readonly id: string;
  readonly text: string;
  readonly document: Document<string>;
}

/** Source texts by the ids that run.json gives them; a text that nano collected has its file's: `N1.txt` is N1. */
export function sourceTextsOf(run: Run, documents: readonly Document<string>[]): readonly SourceText[] {
  const ids = new Map(run.sources.flatMap(({ id, text }) => (text ? [[text.name, id] as const] : [])));
  return documents.map((document) => ({
    id: ids.get(document.name) ?? document.name.replace(/\.txt$/, ""),
    text: document.value,
    document,
  }));
}
