import type { Block, Logger, Pipeline } from "@tasuki/contracts";
import type { Store } from "@tasuki/store";
import type { NodeConfig } from "../node/node-config.ts";
import type { Notary } from "../node/notary.ts";
import { seenRoles } from "./seen-roles.ts";

interface WaitingIntakesDeps {
  readonly store: Pick<Store, "peers" | "tasks" | "task" | "retry" | "onCommit">;
  readonly pipeline: Pipeline;
  readonly roster: NodeConfig["roster"];
  readonly notary: Notary;
  readonly logger: Logger;
}

export interface WaitingIntakes extends AsyncDisposable {
  /** An intake that waits until every role was seen once. It is blocked, so that it holds nobody up meanwhile. */
  add(task: string): void;
  /** Takes up those of earlier boots. */
  start(): void;
}

/**
 * Puts intakes that wait for roles never seen back to the queue, at the commit of such a role's first health answer: they go on, or wait
 * again and name those that are still missing.
 */
export function createWaitingIntakes({ store, pipeline, roster, notary, logger }: WaitingIntakesDeps): WaitingIntakes {
  const waiting = new Set<string>();
  const resuming = new Set<Promise<unknown>>();
  const unseen = (): string => {
    const seen = seenRoles({ store, pipeline, roster });
    return namesOf(pipeline.roles.map(({ name }) => name).filter((name) => !seen.has(name)));
  };
  const look = (): void => {
    if (waiting.size === 0) return;
    const still = unseen();
    for (const id of waiting) {
      const row = store.task(id);
      // Its block is not committed yet: that commit looks again.
      if (row?.state === "running" || (row?.state === "blocked" && row.block?.owner === still)) continue;
      waiting.delete(id);
      if (row?.state !== "blocked") continue;
      const facts = { run: row.payload.run, stage: "main", epoch: 0, task: id };
      const one = store
        .retry(id, notary.event("intake-resumed", facts))
        .catch((error: unknown) => {
          waiting.add(id);
          logger.error({ run: facts.run, err: error }, "an intake could not be resumed; it is tried again at the next commit");
        })
        .finally(() => resuming.delete(one));
      resuming.add(one);
    }
  };
  const stop = store.onCommit(look);
  return {
    add: (task) => void waiting.add(task),
    start() {
      const waits = store
        .tasks()
        .filter(({ payload, state, block }) => payload.kind === "run" && state === "blocked" && block?.owner !== "operator");
      for (const { id } of waits) waiting.add(id);
      look();
    },
    async [Symbol.asyncDispose]() {
      stop();
      await Promise.all(resuming);
    },
  };
}

/** The block of an intake that waits for these roles. */
export function unseenBlock(roles: readonly string[]): Block {
  const names = namesOf(roles);
  return {
    reason: `main has never reached ${names}, so it can't know which contract versions to use`,
    needs: `${names} running and reachable, once`,
    owner: names,
    clearsWith: `the first health answer of ${names}`,
  };
}

function namesOf(roles: readonly string[]): string {
  return roles.join(", ");
}
