import { type SourceBlockKind, mostBlocks, type SourceBlock } from "@tasuki/protocol";

/** Stretch of a text by UTF-16 positions, `to` exclusive, and its kind. */
export interface TextBlock {
  readonly from: number;
  readonly to: number;
  readonly kind: SourceBlockKind;
}

/** Outcome of a reader: the text of a document, and what the text alone does not tell; or the reason why there is none. */
export type Reading =
  | {
      readonly text: string;
      /** Blocks that are not running text, in the order of the text, none over another. */
      readonly blocks?: readonly TextBlock[];
      /** Parts that the document has and the text lacks, a phrase each: `pictures without a description: 3`. */
      readonly dropped?: readonly string[];
      /** Guesses made in reading it, a phrase each: `its encoding, taken for windows-1251`. */
      readonly guessed?: readonly string[];
    }
  | { readonly unreadable: string };

/** Blocks in bytes of the text's UTF-8 form. Neighbours of one kind become one, and those beyond `mostBlocks` are left out. */
export function toSourceBlocks(text: string, blocks: readonly TextBlock[]): SourceBlock[] {
  const found: SourceBlock[] = [];
  let at = 0;
  let bytes = 0;
  const bytesTo = (position: number): number => {
    bytes += Buffer.byteLength(text.slice(at, position));
    at = position;
    return bytes;
  };
  let last: TextBlock | undefined;
  for (const block of blocks) {
    if (text.slice(block.from, block.to).trim() === "") continue;
    const isNext = last?.kind === block.kind && text.slice(last.to, block.from).trim() === "";
    const open = found.at(-1);
    if (isNext && open) open.to = bytesTo(block.to);
    else if (found.length < mostBlocks) found.push({ from: bytesTo(block.from), to: bytesTo(block.to), kind: block.kind });
    else break;
    last = block;
  }
  return found;
}
