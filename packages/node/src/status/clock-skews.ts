import type { Logger, RunStatus } from "@tasuki/protocol";

/** Answer of a node that says the time of its clock. */
interface ClockReading {
  /** Time that it says. */
  readonly says: number;
  /** Times of this node's own clock: when it asked, and when the answer came. */
  readonly asked: number;
  readonly answered: number;
}

/** Skew of another node's clock. */
export interface ClockSkew {
  /** Milliseconds that it is ahead of this node's; negative where it is behind. */
  readonly ms: number;
  /** Milliseconds by which that may be off: half of the way there and back. */
  readonly within: number;
  /** True where it is beyond the bound, whatever of it may be off. */
  readonly isSuspect: boolean;
}

/** Skews of the clocks of others, as their last answers tell them. Nothing depends on them: they say how far the times are to be trusted that those sign. */
export interface ClockSkews {
  read(node: string, reading: ClockReading): void;
  of(node: string): ClockSkew | undefined;
  all(): ReadonlyMap<string, ClockSkew>;
}

interface ClockSkewsDeps {
  /** Milliseconds of skew beyond which a clock is suspect. */
  readonly boundMs: number;
  readonly logger: Pick<Logger, "warn" | "info">;
}

export function createClockSkews({ boundMs, logger }: ClockSkewsDeps): ClockSkews {
  const skews = new Map<string, ClockSkew>();
  return {
    read(node, { says, asked, answered }) {
      const before = skews.get(node);
      const ms = Math.round(says - (asked + answered) / 2);
      const within = Math.ceil((answered - asked) / 2);
      // An own clock that was set between question and answer tells nothing.
      if (answered < asked || Number.isNaN(says)) return;
      const isSuspect = Math.abs(ms) - within > boundMs;
      // An answer that took long says less than the one before, unless that is contradicted.
      if (before !== undefined && within > before.within && Math.abs(ms - before.ms) <= within + before.within) return;
      skews.set(node, { ms, within, isSuspect });
      if (isSuspect && before?.isSuspect !== true)
        logger.warn(
          { peer: node, skewMs: ms, withinMs: within },
          "the clock of a node is suspect: the times that it signs are off by as much",
        );
      if (!isSuspect && before?.isSuspect === true)
        logger.info({ peer: node, skewMs: ms }, "the clock of a node agrees with this one's again");
    },
    of: (node) => skews.get(node),
    all: () => skews,
  };
}

/** Status of a run, with the skew of each stage's node whose clock is suspect. */
export function withSkews(status: RunStatus, skews: Pick<ClockSkews, "of">): RunStatus {
  const stages = status.stages.map((stage) => {
    const skew = skews.of(stage.node ?? stage.stage);
    return skew?.isSuspect === true ? { ...stage, clockSkew: skew.ms } : stage;
  });
  return stages.every((stage, at) => stage === status.stages[at]) ? status : { ...status, stages };
}
