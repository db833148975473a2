import { TasukiError } from "@tasuki/protocol";
import { claimedReceipt, textOf } from "@tasuki/evidence";
import type { OutboxRow, RunEvidence, StatusAnswer, Store } from "@tasuki/store";
import { describeRun } from "../accept/describe-run.ts";
import { turnsOf } from "../loop/create-loop.ts";
import type { NudgeAnswer } from "./orchestrator.ts";
import { knownRun, type RunSteps } from "./run-steps.ts";
import { planNudge } from "@tasuki/flow";

export interface NudgeRequest {
  readonly run: string;
  readonly stage?: string;
  readonly by: string;
  readonly reason?: string;
}

type NudgeStore = Pick<Store, "evidenceOf" | "statusOf" | "onCommit">;

/** Milliseconds that a node has to answer; then the answer is that it has not. */
const answerMs = 8_000;
/** Answer of a node of an earlier release, which gives no description, and of one whose description is gone. */
const taken = "it has taken the nudge";

/**
 * Nudges the nodes that hold what is awaited of a run, and resolves with the description that each of them gives of its part; main's own is one
 * of the answers. Throws `not_found`, `invalid_state`.
 */
export async function nudge(
  { store, steps }: { store: NudgeStore; steps: RunSteps },
  request: NudgeRequest,
): Promise<readonly NudgeAnswer[]> {
  const { run, stage, by, reason } = request;
  const plan = planNudge(await knownRun(steps, run), stage);
  if ("refused" in plan) throw new TasukiError("invalid_state", plan.refused);
  const status = await store.statusOf({ run });
  const before = new Map(nudgesIn(status).map((row) => [row.id, row]));
  const isUnderWay = (row: OutboxRow | undefined): boolean => row?.state === "pending" || row?.state === "blocked";
  const underWay = [...before.values()].filter(isUnderWay).map(({ to }) => to);
  const about = { by, underWay, ...(stage !== undefined && { stage }), ...(reason !== undefined && { reason }) };
  await steps.apply({ facts: [{ run, event: { is: "nudge", ...about } }] });
  const isAsked = ({ id, to }: OutboxRow): boolean => plan.roles.includes(to) && (!before.has(id) || isUnderWay(before.get(id)));
  const asked = new Map(
    nudgesIn(await store.statusOf({ run }))
      .filter(isAsked)
      .map(({ id }) => [id, before.get(id)?.tries ?? 0]),
  );
  const rows = await answersTo(store, run, asked);
  const evidence = await store.evidenceOf(run);
  return [
    ...rows.map((row): NudgeAnswer => ({ role: row.to, node: row.node ?? row.to, ...answerOf(row, evidence) })),
    ...(plan.roles.includes("main") ? [{ role: "main", node: "main", says: describeRun(status) }] : []),
  ];
}

function nudgesIn({ outbox }: Pick<StatusAnswer, "outbox">): OutboxRow[] {
  return outbox.filter(({ payload }) => payload.kind === "nudge");
}

/** Rows of the nudges, once each was answered or could not be delivered, or time is up. `asked`: how often each row was tried before. */
async function answersTo(store: NudgeStore, run: string, asked: ReadonlyMap<string, number>): Promise<readonly OutboxRow[]> {
  const now = async (): Promise<readonly OutboxRow[]> => (await store.statusOf({ run })).outbox.filter(({ id }) => asked.has(id));
  let rows = await now();
  const isAnswered = ({ id, state, tries }: OutboxRow): boolean => state !== "pending" || tries > (asked.get(id) ?? 0);
  for await (const _ of turnsOf((wake) => store.onCommit([{ topic: "outbox", run }], wake), AbortSignal.timeout(answerMs))) {
    rows = await now();
    if (rows.every(isAnswered)) break;
  }
  return rows;
}

function answerOf(
  { id, to, state, last }: OutboxRow,
  { envelopes, texts }: Pick<RunEvidence, "envelopes" | "texts">,
): Pick<NudgeAnswer, "says" | "problem"> {
  if (state !== "done") return { problem: last ?? `no answer within ${answerMs / 1000} s; it is tried again` };
  for (const envelope of envelopes.toReversed()) {
    const claim = claimedReceipt(envelope)?.predicate;
    if (claim?.task === id && claim.role === to && claim.state === "accepted") return { says: textOf(claim, texts) ?? taken };
  }
  return { says: taken };
}
