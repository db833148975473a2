import { type Block, hasEnded, type Logger } from "@tasuki/protocol";
import type { FlowState, StageFlow } from "@tasuki/flow";

interface RunLoggers {
  readonly main: Logger;
  /** Logger of what the node of a stage gives cause to say. */
  readonly ofStage: (stage: string) => Logger;
}

/**
 * Logs what a change of a run was: that it was taken in, each rung, failure and block, and its end. Ids are fields, reasons are others' words. A stage
 * has a few rungs at each epoch, and as many failures and blocks as its node likes: these are said by the logger of that node.
 */
export function logRun({ main: logger, ofStage }: RunLoggers, before: FlowState, after: FlowState): void {
  const { id: run } = after;
  if (before.given.length === 0 && after.given.length > 0) {
    const unreadable = after.sources.filter((source) => source.unreadable !== undefined).length;
    logger.info({ run, sources: after.sources.length, unreadable, nodes: after.nodes }, "a run is taken in");
    if (unreadable === after.sources.length)
      logger.warn({ run, unreadable }, "a run has no document that can be read; it answers from nothing");
  }
  if (after.epoch !== before.epoch && before.epoch > 0 && !hasEnded(after))
    logger.info({ run, epoch: after.epoch }, "a run goes on at a higher epoch");
  if (after.failure !== undefined && after.failure.at !== before.failure?.at)
    logger.warn({ run, ...after.failure }, "a run could not be taken in; it is tried again");
  logBlock(logger, { run }, { before: before.block, after: after.block });
  for (const stage of after.stages)
    logStage({ main: logger, ofStage }, run, { stage, old: before.stages.find((one) => one.stage === stage.stage) });
  if (after.state === before.state) return;
  if (after.state === "closing")
    logger.info({ run, bundle: after.bundle }, "every stage of a run is verified; its nodes are asked to archive it");
  if (hasEnded(after))
    logger.info({ run, state: after.state, ms: (after.endedAt ?? after.createdAt) - after.createdAt }, "a run has ended");
}

function logStage(
  { main, ofStage }: RunLoggers,
  run: string,
  { stage: after, old }: { readonly stage: StageFlow; readonly old: StageFlow | undefined },
): void {
  const before = old?.epoch === after.epoch ? old : undefined;
  const { stage, epoch, rung, attempt, failure, block } = after;
  const ids = { run, stage, epoch };
  if (rung !== (before?.rung ?? "waiting")) main.info({ ...ids, rung, attempt }, "a stage has reached a rung");
  if (failure !== undefined && failure.at !== before?.failure?.at)
    ofStage(stage).warn({ ...ids, ...failure }, "an attempt of a stage failed; another follows");
  logBlock(ofStage(stage), ids, { before: before?.block, after: block });
}

function logBlock(logger: Logger, ids: object, { before, after }: Readonly<Record<"before" | "after", Block | undefined>>): void {
  if (after === undefined) {
    if (before !== undefined) logger.info({ ...ids, block: before.kind }, "a block is cleared");
    return;
  }
  const { kind, reason, clearsWith } = after;
  if (before?.reason !== reason) logger.warn({ ...ids, block: kind, reason, clearsWith }, "a run is blocked");
}
