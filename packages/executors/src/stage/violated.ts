import type { Unmet } from "@tasuki/contracts";
import type { StageResult } from "./stage-result.ts";

// More than anybody mends in one go; a hostile file can break its contract in a million places.
const maxUnmet = 50;

/** The result of a stage whose files don't hold. */
export function violated(unmet: readonly Unmet[]): StageResult {
  const [first] = unmet;
  const where = first === undefined ? "" : `${first.file}${first.line === undefined ? "" : ` line ${first.line}`}`;
  return {
    outcome: "contract-violation",
    detail: `${unmet.length} unmet; the first: ${where}: expected ${first?.expected}, got ${first?.got}; ${first?.fix}`,
    unmet: unmet.slice(0, maxUnmet),
    files: [],
  };
}
