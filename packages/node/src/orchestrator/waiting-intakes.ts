import type { Backoff, Block, Logger, Pipeline } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { Roster } from "@tasuki/bus";
import type { Notary } from "@tasuki/evidence";
import { createLoop } from "../loop/create-loop.ts";
import { placeRun } from "./placement.ts";

interface WaitingIntakesDeps {
  readonly store: Pick<Store, "peers" | "statusOf" | "task" | "retry" | "onCommit">;
  readonly pipeline: Pipeline;
  readonly roster: Roster;
  readonly notary: Notary;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

export interface WaitingIntakes extends AsyncDisposable {
  /** Adds an intake that waits until every role was seen once. Its task is blocked, so that it holds no other up meanwhile. */
  add(task: string): void;
  /** Adds the intakes of earlier boots, and starts to look. */
  start(): void;
}

/**
 * Intakes that wait for roles that main has never seen. At the commit of such a role's first health they are put back to the queue: they go on,
 * or wait again and name the roles that are still missing.
 */
export function createWaitingIntakes({ store, pipeline, roster, notary, backoff, logger }: WaitingIntakesDeps): WaitingIntakes {
  const waiting = new Set<string>();
  const unseen = async (): Promise<readonly string[]> => {
    // Which of its nodes a role has is another for each run; whether it has one is not.
    const placed = placeRun("", { pipeline, roster, peers: await store.peers(), isReachable: () => true });
    return pipeline.roles.map(({ name }) => name).filter((name) => !placed.has(name));
  };
  let isLoaded = false;
  /** Adds the intakes of earlier boots. */
  const load = async (): Promise<void> => {
    for (const { row } of (await store.statusOf("open")).tasks)
      if (row.payload.kind === "run" && row.state === "blocked" && rolesOf(row.block) !== undefined) waiting.add(row.id);
    isLoaded = true;
  };
  const resume = async (): Promise<void> => {
    if (!isLoaded) await load();
    if (waiting.size === 0) return;
    const still = await unseen();
    for (const id of waiting) {
      const row = await store.task(id);
      // The block of an attempt that still runs is not committed yet: that commit looks again.
      if (row?.state === "running") continue;
      if (row?.state === "blocked" && rolesOf(row.block)?.join() === still.join()) continue;
      waiting.delete(id);
      if (row?.state !== "blocked") continue;
      const facts = { run: row.payload.run, stage: "main", epoch: 0, task: id };
      await store.retry(id, notary.event("intake-resumed", facts)).catch((error: unknown) => {
        waiting.add(id);
        throw error;
      });
    }
  };
  const loop = createLoop({
    pass: resume,
    wakes: (wake) => store.onCommit([{ topic: "peer" }, { topic: "task" }], wake),
    backoff,
    logger,
    failure: "an intake could not be resumed; it is tried again",
  });
  return {
    add: (task) => void waiting.add(task),
    start: () => loop.start(),
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}

/** Block of an intake that waits for these roles. */
export function unseenBlock(roles: readonly string[]): Block {
  const names = roles.join(", ");
  return {
    kind: "unseen",
    reason: `main has never reached ${names}, so it can't know which contract versions to use`,
    needs: `${names} running and reachable, once`,
    owner: names,
    clearsWith: `the first health answer of ${names}`,
    roles: [...roles],
  };
}

/** Roles that an intake waits for; undefined where its block is of another kind. */
function rolesOf(block: Block | undefined): readonly string[] | undefined {
  // The first releases wrote no kind: an intake that waited for roles had their names as its owner, and any other the operator.
  if (block !== undefined && block.kind === undefined) return block.owner === "operator" ? undefined : block.owner.split(", ");
  return block?.kind === "unseen" ? block.roles : undefined;
}
