import type { Block, Unmet } from "@tasuki/contracts";
import type { BlockedBy, StageFlow } from "./run-flow.ts";

/** The stage, blocked; the same object where it is blocked so already. */
export function blocked(stage: StageFlow, blockedBy: BlockedBy, block: Block): StageFlow {
  if (stage.blockedBy === blockedBy && stage.block?.reason === block.reason) return stage;
  return { ...stage, blockedBy, block };
}

/** The stage without its block, if that was raised by one of these. */
export function unblocked(stage: StageFlow, by: readonly BlockedBy[]): StageFlow {
  if (stage.blockedBy === undefined || !by.includes(stage.blockedBy)) return stage;
  const { block: _block, blockedBy: _by, ...rest } = stage;
  return rest;
}

/** The first of what is unmet in one sentence, and how many more there are. */
export function toReason(unmet: readonly Unmet[]): string {
  const [first] = unmet;
  if (first === undefined) return "nothing is unmet";
  const where = first.line === undefined ? first.file : `${first.file}:${first.line}`;
  const more = unmet.length > 1 ? ` (and ${unmet.length - 1} more)` : "";
  return `${where}: expected ${first.expected}, got ${first.got}${more}`;
}
