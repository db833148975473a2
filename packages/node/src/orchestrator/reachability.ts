import type { Backoff, Clock, Logger } from "@tasuki/protocol";
import { type Allowance, createAllowance } from "../loop/allowance.ts";
import { createLoop } from "../loop/create-loop.ts";

/** Changes of one node that open runs are told at once, and those of a minute after that: each writes the rows of all runs that stand on it. */
const atOnce = 6;
const perMinute = 6;

interface ReachabilityDeps {
  /** Tells the open runs that stand on a node whether main has a connection to it. */
  readonly tell: (node: string, reachable: boolean) => Promise<void>;
  readonly backoff: Backoff;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
}

/**
 * Reachability of the nodes, as main knows it. Open runs are told of changes: a node whose connection comes and goes again and again is told of
 * ever later, and then as it is, so that it can't have main write all of its runs as fast as it likes. Disposing tells nothing more.
 */
export interface Reachability extends AsyncDisposable {
  /** Sets whether main has a connection to a node, and the problem of one that is not followed though it answers. */
  set(node: string, reachable: boolean, problem?: string): void;
  isReachable(node: string): boolean;
  problemOf(node: string): string | undefined;
}

export function createReachability({ tell, backoff, clock, logger }: ReachabilityDeps): Reachability {
  const known = new Map<string, boolean>();
  const problems = new Map<string, string>();
  const told = new Map<string, { readonly reachable: boolean; readonly until: number; readonly allowance: Allowance }>();
  const pass = async (): Promise<number> => {
    let next = Infinity;
    for (const [node, reachable] of known) {
      const last = told.get(node);
      if (last?.reachable === reachable) continue;
      const wait = (last?.until ?? 0) - clock.monotonic();
      if (last !== undefined && wait > 0) {
        next = Math.min(next, wait);
        continue;
      }
      await tell(node, reachable);
      const allowance = last?.allowance ?? createAllowance({ atOnce, perSecond: perMinute / 60 }, clock);
      told.set(node, { reachable, allowance, until: clock.monotonic() + allowance.spend(1) });
    }
    return next;
  };
  const loop = createLoop({ pass, backoff, logger, failure: "open runs could not be told which nodes answer; it is tried again" });
  loop.start();
  return {
    set(node, reachable, problem) {
      if (problem === undefined) problems.delete(node);
      else problems.set(node, problem);
      known.set(node, reachable);
      loop.wake();
    },
    isReachable: (node) => known.get(node) ?? false,
    problemOf: (node) => problems.get(node),
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}
