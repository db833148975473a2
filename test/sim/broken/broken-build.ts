import type { FaultMix } from "../faults.ts";

/** A build that is broken on purpose: what the product must not do, done. The checker has to notice. */
export interface BrokenBuild {
  readonly name: string;
  /** Guarantees (docs/guarantees.md) of which one must be found broken. */
  readonly breaks: readonly string[];
  /** The first seed to try; the break shows within a few from there. */
  readonly from: number;
  /** Faults that it takes, and that most seeds have too little of. */
  readonly mix?: Partial<FaultMix>;
  /** Changes, all of them made: what one layer lets through, another one often stops. */
  readonly changes: readonly {
    /** Path from the repository's root. */
    readonly file: string;
    /** Text that stands there exactly once. */
    readonly find: string;
    readonly put: string;
  }[];
}

// Folders of `file`.
export const evidence = "packages/evidence/src";
export const store = "packages/store/src";
export const bus = "packages/bus/src";
export const flow = "packages/flow/src";
export const node = "packages/node/src";
