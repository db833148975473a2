import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { Reference } from "@tasuki/contracts/artifacts/jp-final";
import { locatorOf } from "./locate-range.ts";

/** Where each cited item's passages stand, and their digests. */
export function referencesTo(items: readonly string[], blocks: readonly RawBlock[]): Reference[] {
  return items.flatMap((item) =>
    blocks
      .filter(({ candidate }) => candidate === item)
      .map((block) => ({ item, source: block.source, locator: locatorOf(block), sha256: block.sha256 })),
  );
}
