import { hasEnded, Health, TasukiError } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { Roster } from "@tasuki/bus";
import { turnsOf } from "../loop/create-loop.ts";
import { createKeyedLock } from "../loop/keyed-lock.ts";
import type { NodeView, Orchestrator } from "./orchestrator.ts";
import type { Notary } from "@tasuki/evidence";
import { nudge } from "./nudge.ts";
import { planAnswer, planRetry, toRunStatus } from "@tasuki/flow";
import type { Reachability } from "./reachability.ts";
import { stateOf } from "./run-row.ts";
import { knownRun, type RunSteps } from "./run-steps.ts";
import type { VerifyDeps } from "./verify.ts";
import { viewFiles } from "./view-files.ts";

interface OrchestratorDeps extends Omit<VerifyDeps, "store" | "judge"> {
  readonly store: Store;
  readonly notary: Notary;
  readonly steps: RunSteps;
  readonly reachability: Pick<Reachability, "isReachable" | "problemOf">;
  readonly roster: Roster;
}

/** Orchestrator for what people and agents ask of main. */
export function createOrchestrator(deps: OrchestratorDeps): Orchestrator {
  const { store, notary, steps, reachability, roster, pipeline } = deps;
  const { profiles, intake } = pipeline;
  const lock = createKeyedLock();

  /** Resumes a blocked intake: main's own task goes back to the queue, at the same epoch. */
  const resumeIntake = async ({ run, by, reason }: Parameters<Orchestrator["retry"]>[0]): Promise<void> => {
    const facts = { run, stage: "main", epoch: 0, task: run, by };
    const besides = reason === undefined ? {} : { text: { code: "operator", text: reason } };
    if (!(await store.retry(run, notary.event("intake-retried", facts, besides))))
      throw new TasukiError("invalid_state", `run ${run} is still at intake and not blocked for good: it goes on by itself`);
    await steps.apply({ facts: [{ run, event: { is: "retry", by, ...(reason !== undefined && { reason }) } }] });
  };

  return {
    runs: async (filter) => (await store.runs(filter)).map((row) => toRunStatus(stateOf(row))),
    async run(id) {
      const state = await steps.state(id);
      return state && toRunStatus(state);
    },
    relay: () => ({ profiles, ...(intake.explain !== undefined && { explain: intake.explain }) }),
    async nodes() {
      const peers = new Map((await store.peers()).map((peer) => [peer.node, peer]));
      return Object.entries(roster).map(([node, { role, url }]): NodeView => {
        const peer = peers.get(node);
        const health = Health.safeParse(peer?.health);
        const problem = reachability.problemOf(node);
        return {
          node,
          role,
          url,
          reachable: reachability.isReachable(node),
          ...(problem !== undefined && { problem }),
          ...(health.success && { health: health.data }),
          ...(peer && { seenAt: peer.at }),
        };
      });
    },
    async retry(request) {
      const { run, stage, by, reason, note } = request;
      const state = await knownRun(steps, run);
      if (state.state === "open" && state.given.length === 0) {
        if (note !== undefined)
          throw new TasukiError("invalid_state", `run ${run} is still at intake: there is no author yet who would read a note`);
        await resumeIntake(request);
      } else {
        const plan = planRetry(state, stage);
        if ("refused" in plan) throw new TasukiError("invalid_state", plan.refused);
        const asked = state.route[plan.at] ?? stage;
        const event = {
          is: "retry" as const,
          by,
          ...(asked !== undefined && { stage: asked }),
          ...(reason !== undefined && { reason }),
          ...(note !== undefined && { note }),
        };
        await steps.apply({ facts: [{ run, event }] });
      }
      return toRunStatus(await knownRun(steps, run));
    },
    async answer({ run, by, text }) {
      const plan = planAnswer(await knownRun(steps, run));
      if ("refused" in plan) throw new TasukiError("invalid_state", plan.refused);
      await steps.apply({ facts: [{ run, event: { is: "answer", by, text } }] });
      return toRunStatus(await knownRun(steps, run));
    },
    nudge: (request) => nudge({ store, steps }, request),
    view: (request, signal) =>
      // Each is a process of its own.
      lock(["view"], async () => {
        signal.throwIfAborted();
        return viewFiles(deps, request, signal);
      }),
    async cancel({ run, by, reason }) {
      const { state } = await knownRun(steps, run);
      if (state !== "open") throw new TasukiError("invalid_state", `run ${run} is ${state}; only an open run can be cancelled`);
      await steps.apply({ facts: [{ run, event: { is: "cancel", by, ...(reason !== undefined && { reason }) } }] });
      return toRunStatus(await knownRun(steps, run));
    },
    async *watch(run, signal) {
      for await (const _ of turnsOf((wake) => store.onCommit([{ topic: "run", run }], wake), signal)) {
        const state = await knownRun(steps, run);
        yield toRunStatus(state);
        if (hasEnded(state)) return;
      }
    },
  };
}
