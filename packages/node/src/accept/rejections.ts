import type { Clock, TaskPayload, TasukiError } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { Caller } from "@tasuki/bus";
import { type Notary, taskSubjects } from "@tasuki/evidence";

/** Rejections of one peer that are recorded in a minute. */
const perMinute = 10;
const minuteMs = 60_000;

export interface Rejections {
  /** Records that a well-formed task of a peer was refused for good, by a signed receipt; beyond 10 per peer and minute they are only counted. */
  record(refused: { payload: TaskPayload; digest: string; caller: Caller; error: TasukiError }): Promise<void>;
}

/** Rejections leave a task's id free, so that a mended send is not a replay. */
export function createRejections({ store, notary, clock }: { store: Pick<Store, "append">; notary: Notary; clock: Clock }): Rejections {
  const windows = new Map<string, { since: number; count: number }>();
  return {
    async record({ payload, digest, caller, error }) {
      const now = clock.monotonic();
      const before = windows.get(caller.principal);
      const current = before !== undefined && now - before.since < minuteMs ? before : { since: now, count: 0 };
      current.count += 1;
      windows.set(caller.principal, current);
      if (current.count > perMinute) return;
      const unrecorded = before === undefined || before === current ? 0 : Math.max(0, before.count - perMinute);
      const { run, stage, id: task, epoch } = payload;
      await store.append(
        notary.receipt({
          run,
          stage,
          task,
          epoch,
          attempt: 0,
          state: "rejected",
          peer: caller.principal,
          prev: digest,
          text: {
            code: error.code,
            text: `${error.message}${unrecorded > 0 ? ` (${unrecorded} more were refused and not recorded)` : ""}`,
          },
          subjects: taskSubjects({ attachments: [] }, digest),
        }),
      );
    },
  };
}
