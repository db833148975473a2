import type { Receipt, SaltedText } from "@tasuki/protocol";
import { isWhole } from "@tasuki/evidence";

/** A text, beside the entry of a feed that names it by its digest. */
export interface TextRow {
  /** Log that the entry is in: the instance of the node that wrote it. */
  readonly log: string;
  readonly index: number;
  /** Run that the entry is about, if any. */
  readonly run: string | undefined;
  readonly sha256: string;
  readonly salt: string;
  readonly text: string;
}

/** Rows of the text that another node's receipt names, out of those that came with it. A text that is not what its digest says has none. */
export function textRowsOf({ text, instance: log, index, run }: Receipt, texts: readonly SaltedText[] = []): readonly TextRow[] {
  const own = texts.filter((one) => one.sha256 === text?.sha256 && isWhole(one));
  return own.map((one) => ({ log, index, run, sha256: one.sha256, salt: one.salt, text: one.text }));
}
