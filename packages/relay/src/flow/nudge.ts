import { once } from "node:events";
import { ReceiptStatement, TasukiError } from "@tasuki/contracts";
import { payloadOf } from "@tasuki/evidence";
import type { OutboxRow, Store } from "@tasuki/store";
import { standingOf } from "../accept/standing.ts";
import type { NudgeAnswer } from "../node/node.ts";
import type { RunSteps } from "./run-steps.ts";
import { planNudge } from "./step-nudge.ts";

export interface NudgeRequest {
  readonly run: string;
  readonly stage?: string;
  readonly by: string;
  readonly reason?: string;
}

type NudgeStore = Pick<Store, "outbox" | "envelopes" | "onCommit" | "tasks" | "queuePosition" | "queue">;

/** How long a node may take to answer before it is said that it hasn't, milliseconds. */
const answerMs = 8_000;

/**
 * Nudges whoever holds what is awaited of a run, and resolves with what each of them says about where it stands; main's own part is one
 * of the answers. Throws `not_found`, `invalid_state`.
 */
export async function nudge(
  { store, steps }: { store: NudgeStore; steps: RunSteps },
  request: NudgeRequest,
): Promise<readonly NudgeAnswer[]> {
  const { run, stage, by, reason } = request;
  const state = steps.state(run);
  if (state === undefined) throw new TasukiError("not_found", `main has no run ${run}; 'tasuki ls' lists the runs that it has`);
  const plan = planNudge(state, stage);
  if ("refused" in plan) throw new TasukiError("invalid_state", plan.refused);
  const standing = standingOf(store, run);
  const before = new Map(nudgesOf(store, run).map((row) => [row.id, row]));
  const isUnderWay = (row: OutboxRow | undefined): boolean => row?.state === "pending" || row?.state === "blocked";
  const underWay = [...before.values()].filter(isUnderWay).map(({ to }) => to);
  const about = { by, underWay, ...(stage !== undefined && { stage }), ...(reason !== undefined && { reason }) };
  await steps.apply({ facts: [{ run, event: { is: "nudge", ...about } }] });
  const isAsked = ({ id, to }: OutboxRow): boolean => plan.roles.includes(to) && (!before.has(id) || isUnderWay(before.get(id)));
  const asked = new Map(
    nudgesOf(store, run)
      .filter(isAsked)
      .map(({ id }) => [id, before.get(id)?.tries ?? 0]),
  );
  const rows = await answersTo(store, run, asked);
  return [
    ...rows.map((row): NudgeAnswer => ({ role: row.to, ...answerOf(store, row) })),
    ...(plan.roles.includes("main") ? [{ role: "main", says: standing }] : []),
  ];
}

function nudgesOf(store: NudgeStore, run: string): OutboxRow[] {
  return store.outbox({ run }).filter(({ payload }) => payload.kind === "nudge");
}

/** The rows once each was answered or could not be delivered, or time is up. `asked`: how often each was tried before. */
async function answersTo(store: NudgeStore, run: string, asked: ReadonlyMap<string, number>): Promise<readonly OutboxRow[]> {
  const now = (): readonly OutboxRow[] => store.outbox({ run }).filter(({ id }) => asked.has(id));
  const done = new AbortController();
  const look = (): void =>
    now().every(({ id, state, tries }) => state !== "pending" || tries > (asked.get(id) ?? 0)) ? done.abort() : undefined;
  const stop = store.onCommit(look);
  look();
  const over = AbortSignal.any([done.signal, AbortSignal.timeout(answerMs)]);
  try {
    if (!over.aborted) await once(over, "abort");
  } finally {
    stop();
  }
  return now();
}

function answerOf(store: NudgeStore, { id, run, state, last }: OutboxRow): Pick<NudgeAnswer, "says" | "problem"> {
  if (state !== "done") return { problem: last ?? `no answer within ${answerMs / 1000} s; it is tried again` };
  for (const envelope of store.envelopes(run).toReversed()) {
    const read = ReceiptStatement.safeParse(JSON.parse(payloadOf(envelope).toString("utf8")));
    if (read.success && read.data.predicate.task === id) return { says: read.data.predicate.reason ?? "it has taken the nudge" };
  }
  return { says: "it has taken the nudge" };
}
