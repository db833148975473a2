import type { Violation } from "./history.ts";
import type { ReadHistory } from "./read-history.ts";

/** Every file that a task of a data folder names is still there, as it was taken: an acknowledgment is one of bytes, too. */
export function checkFiles({ feeds }: ReadHistory): readonly Violation[] {
  return feeds.flatMap(({ node, instance, lacking = [] }) =>
    lacking.map((sha256) => ({ guarantee: "R1.files-kept", what: `${node} (${instance}) took ${sha256} and does not hold those bytes` })),
  );
}
