import type { FlowEvent, FlowState, StageFlow } from "@tasuki/flow";
import { type Block, Rung } from "@tasuki/protocol";
import { runBlocks, stageBlocks } from "./document.ts";
import { run } from "./every-event.ts";
import type { Moment } from "./every-order.ts";

const blocks = new Map([...stageBlocks, ...runBlocks].map((block) => [block.name, block]));
const at = (rung: Rung): number => Rung.options.indexOf(rung);

/** The kind of a block, `free` where there is none. */
function blockOf({ block }: Pick<StageFlow | FlowState, "block">): string {
  return block === undefined ? "free" : (block.kind ?? "a block of no kind");
}

interface StageMoment {
  readonly before: StageFlow;
  readonly event: FlowEvent;
  readonly after: StageFlow;
}

/** True where the event that clears a stage's block, by a word of the document, has happened. */
function hasHappened(word: string, { before, event, after }: StageMoment): boolean {
  if (before.epoch !== after.epoch) return false;
  if (word === "handed-off") return at(before.rung) < at(word) && at(after.rung) >= at(word);
  if (word === "pulled") return event.is === word && event.stage === before.stage && event.epoch === before.epoch;
  if (event.is !== "receipt" || event.receipt.stage !== before.stage || event.receipt.epoch !== before.epoch) return false;
  if (word.endsWith("+")) return `${event.receipt.state}+` === word && event.receipt.attempt > before.attempt;
  return event.receipt.state === word && at(before.rung) < at(word as Rung);
}

function hasHappenedToRun(word: string, { before, event, after }: Moment): boolean {
  switch (word) {
    case "new epoch":
      return after.epoch > before.epoch;
    case "archived":
      return event.is === "receipt" && event.receipt.state === word && event.receipt.role === before.block?.owner;
    default:
      return event.is === word;
  }
}

/** Holds moments against the document. */
export function createJudge() {
  /** `rung | condition | block` of stages. */
  const stages = new Set<string>();
  /** `state | block` of the run itself. */
  const states = new Set<string>();
  /** `before --> after` of rungs within an epoch, and of the run's states. */
  const arrows = { rungs: new Set<string>(), states: new Set<string>() };
  /** Words of the document on blocks that a moment has shown: `node: produced`. */
  const shown = new Set<string>();
  /** Sentences on moments of which the document says otherwise. */
  const faults = new Set<string>();

  const judgeRaised = (name: string, { reason, owner, clearsWith }: Block, stage: string): void => {
    const known = blocks.get(name);
    if (known === undefined) return void faults.add(`there is '${name}': ${reason}`);
    if (!known.reasons.some(({ pattern }) => pattern.test(reason))) faults.add(`no reason of '${name}' reads: ${reason}`);
    const isRight = known.owner === "the stage" ? owner === stage : (known.owner === "operator") === (owner === "operator");
    if (!isRight) faults.add(`'${name}' is ${owner}'s, and not ${known.owner}'s`);
    const [command] = /tasuki .*/.exec(clearsWith.replaceAll(run, "RUN").replaceAll(/--from \S+/g, "--from STAGE")) ?? [];
    if (command !== undefined && !known.commands.includes(command)) faults.add(`'${name}' is cleared with ${command}, which is not said`);
  };

  const judgeStage = (moment: StageMoment): void => {
    const { before, event, after } = moment;
    const [was, is] = [blockOf(before), blockOf(after)];
    const isSameEpoch = before.epoch === after.epoch;
    stages.add(`${after.rung} | ${after.condition} | ${is}`);
    if (isSameEpoch && before.rung !== after.rung) arrows.rungs.add(`${before.rung} --> ${after.rung}`);
    if (after.block !== undefined && after.block !== before.block) judgeRaised(is, after.block, after.stage);
    if (was === "free") return;
    const { clearedBy = [], givesWayTo = [] } = blocks.get(was) ?? {};
    const happened = clearedBy.filter((word) => hasHappened(word, moment));
    for (const word of happened) shown.add(`${was}: ${word}`);
    if (was === is && !isSameEpoch) faults.add(`'${was}' stays at a new epoch`);
    if (was === is && happened.length > 0) faults.add(`'${was}' stays after ${happened.join()}`);
    if (was === is || !isSameEpoch || happened.length > 0) return;
    const way = givesWayTo.find((one) => one === is || (one === `${is}!` && after.block?.reason.includes("other bytes")));
    if (way !== undefined) shown.add(`${was}: ${way}`);
    else faults.add(`'${was}' becomes '${is}' by ${event.is === "receipt" ? event.receipt.state : event.is}`);
  };

  const judgeRun = (moment: Moment): void => {
    const { before, event, after } = moment;
    const [was, is] = [blockOf(before), blockOf(after)];
    states.add(`${after.state} | ${is}`);
    if (before.state !== after.state) arrows.states.add(`${before.state} --> ${after.state}`);
    if (after.block !== undefined && after.block !== before.block) judgeRaised(is, after.block, "main");
    if (was === "free" || event.is === "cancel") return;
    const happened = (blocks.get(was)?.clearedBy ?? []).filter((word) => hasHappenedToRun(word, moment));
    for (const word of happened) shown.add(`${was}: ${word}`);
    if (happened.length > 0 && before.block === after.block) faults.add(`'${was}' of the run stays after ${happened.join()}`);
    if (happened.length === 0 && is === "free") faults.add(`'${was}' of the run is cleared by ${event.is}`);
  };

  return {
    stages,
    states,
    arrows,
    shown,
    faults,
    judge: (moment: Moment): void => {
      judgeRun(moment);
      moment.before.stages.forEach((before, index) => {
        const after = moment.after.stages[index];
        if (after !== undefined) judgeStage({ before, event: moment.event, after });
      });
    },
  };
}
