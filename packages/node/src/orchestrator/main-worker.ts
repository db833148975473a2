import { type Block, type Clock, clockTable, type Logger } from "@tasuki/protocol";
import { claimedReceipt, type Notary, payloadDigest } from "@tasuki/evidence";
import type { Claimed, RunEvidence, Store, TaskRow } from "@tasuki/store";
import type { Attempt, Performed, Worker } from "../consumer/worker.ts";
import { nodesOfRole, type Roster } from "@tasuki/bus";
import { type IntakeDeps, takeIn } from "./take-in.ts";
import { pickVersions } from "@tasuki/flow";
import type { Reachability } from "./reachability.ts";
import type { RunSteps } from "./run-steps.ts";
import { placeRun } from "./placement.ts";
import { unseenBlock } from "./waiting-intakes.ts";

interface MainWorkerDeps extends IntakeDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly steps: RunSteps;
  readonly reachability: Pick<Reachability, "isReachable">;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with the task of an intake that can't go on before every role was seen once. */
  readonly onUnseen: (task: string) => void;
}

type Done = Extract<Performed, { completion: unknown }>;

/** Worker for main's own tasks. A `run` is taken in; the last hop only has to be held: the flow wants the closing check once every stage is verified. */
export function createMainWorker(deps: MainWorkerDeps): Worker {
  const { notary } = deps;
  return {
    async perform(claimed, attempt) {
      if (claimed.row.payload.kind === "run") return wantedIntake(deps, claimed, attempt);
      const { run, stage, epoch } = claimed.row.payload;
      const facts = { run, stage, epoch, task: claimed.task, attempt: claimed.attempt };
      return { completion: { state: "done", outputs: [] }, seal: () => notary.event("last-hop", facts) };
    },
  };
}

/** Intake of a run; one that fails after its run has ended is done, for nobody wants it any more. */
async function wantedIntake(deps: MainWorkerDeps, claimed: Claimed, attempt: Attempt): Promise<Performed> {
  const failed: { error?: unknown } = {};
  const performed = await intake(deps, claimed, attempt).catch((error: unknown) => void (failed.error = error));
  const hasSucceeded = performed !== undefined && "completion" in performed && performed.completion.state === "done";
  if (!hasSucceeded && !attempt.signal.aborted && (await deps.steps.state(claimed.row.payload.run))?.state !== "open")
    return { completion: { state: "done", outputs: [] }, seal: () => deps.notary.event("not-taken-in", factsOf(claimed)) };
  if (performed === undefined) throw failed.error;
  return performed;
}

function factsOf({ row, attempt }: Claimed) {
  return { run: row.payload.run, stage: "main", epoch: 0, task: row.id, attempt };
}

async function intake(deps: MainWorkerDeps, claimed: Claimed, attempt: Attempt): Promise<Performed> {
  const { notary, steps, reachability } = deps;
  const { row } = claimed;
  const run = row.payload.run;
  const state = await steps.state(run);
  if (state === undefined) throw new Error(`task ${row.id} begins run ${run}, which main has no row of`);
  const facts = factsOf(claimed);
  const done = (outputs: typeof state.given): Done => ({
    completion: { state: "done", outputs },
    seal: () => notary.event("taken-in", { ...facts, files: outputs.length }),
  });
  // A run that was taken in before a restart, or cancelled meanwhile, stays as it is committed.
  if (state.state !== "open" || state.given.length > 0) return done(state.given);

  const unlisted = deps.pipeline.roles.map(({ name }) => name).filter((role) => nodesOfRole(deps.roster, role).length === 0);
  if (unlisted.length > 0) return refused(deps, claimed, unlistedBlock(unlisted, run));
  const peers = await deps.store.peers();
  const placed = placeRun(run, { ...deps, peers, isReachable: (node) => reachability.isReachable(node) });
  const picked = pickVersions(deps.pipeline, placed);
  const { startToClose } = state.clocks;
  const signal = AbortSignal.any([attempt.signal, AbortSignal.timeout(Math.min(startToClose, clockTable.intake.longest))]);
  const overdue = { outcome: "timed-out" as const, final: true, detail: `the sources were not read within ${startToClose / 1000} s` };
  const taken =
    picked.is === "picked"
      ? await takeIn(deps, { claimed, attempt: { ...attempt, signal }, state, versions: picked.versions }).catch((error: unknown) => {
          if (!signal.aborted || attempt.signal.aborted) throw error;
        })
      : { is: "refused" as const, block: picked.is === "unseen" ? unseenBlock(picked.roles) : versionBlock(picked.problem, run) };
  if (taken === undefined) return { failure: overdue };
  if (picked.is === "unseen") deps.onUnseen(row.id);
  if (taken.is === "refused") return refused(deps, claimed, taken.block);
  const { given, blobs, sources } = taken;
  const nodes = { main: notary.node, ...Object.fromEntries([...placed].map(([role, { node }]) => [role, node])) };
  const accepted = acceptedOf(await deps.store.evidenceOf(run), row);
  await steps.apply({ facts: [{ run, event: { is: "intake-done", given, sources, accepted, nodes } }], blobs });
  return done(given);
}

/** End of an intake with a block. */
function refused({ notary }: Pick<MainWorkerDeps, "notary">, claimed: Claimed, block: Block): Performed {
  const { kind = "intake", reason } = block;
  const receipt = { ...factsOf(claimed), state: "blocked" as const, text: { code: kind, text: reason } };
  return {
    completion: { state: "blocked", block },
    seal: ({ lastReceipt: prev, digest: sha256 }) => notary.receipt({ ...receipt, prev, subjects: [{ name: "task", sha256 }] }),
  };
}

/** Main's `accepted` of the task: the first of its receipts, from the newest back. Throws where the store does not keep them all. */
function acceptedOf({ envelopes }: Pick<RunEvidence, "envelopes">, row: TaskRow): string {
  const kept = new Map(envelopes.map((envelope) => [payloadDigest(envelope), envelope]));
  for (let digest: string | undefined = row.lastReceipt; digest !== undefined;) {
    const envelope = kept.get(digest);
    const receipt = envelope && claimedReceipt(envelope)?.predicate;
    if (receipt?.state === "accepted") return digest;
    digest = receipt?.prev;
  }
  throw new Error(`main's store does not keep the receipts of task ${row.id} back to its 'accepted'`);
}

/** Block of an intake of which no node could do these roles' part, whatever comes and answers. */
function unlistedBlock(roles: readonly string[], run: string): Block {
  return {
    kind: "intake",
    reason: `main's roster has no node of ${roles.join(", ")}`,
    needs: "a node of each in 'roster' in main's config.jsonc, and main started again; then a retry",
    owner: "operator",
    clearsWith: `tasuki retry ${run}`,
  };
}

function versionBlock(problem: string, run: string): Block {
  return {
    kind: "intake",
    reason: problem,
    needs: "a release on these nodes that shares a version with the others, running; then a retry",
    owner: "operator",
    clearsWith: `tasuki retry ${run}`,
  };
}
