import { hasEnded, Health, longestDeadline, type RunStatus, TasukiError } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { Roster } from "@tasuki/bus";
import { turnsOf } from "../loop/create-loop.ts";
import { checkNode } from "./check-node.ts";
import { createKeyedLock } from "../loop/keyed-lock.ts";
import type { NodeView, Orchestrator } from "./orchestrator.ts";
import type { Notary } from "@tasuki/evidence";
import { nudge } from "./nudge.ts";
import { type FlowState, planOf, planRetry, refusalOf, toRunStatus, type Verb } from "@tasuki/flow";
import { type ClockSkews, withSkews } from "../status/clock-skews.ts";
import type { Reachability } from "./reachability.ts";
import { stateOf } from "./run-row.ts";
import { knownRun, type RunSteps } from "./run-steps.ts";
import type { VerifyDeps } from "./verify.ts";
import { viewFiles } from "./view-files.ts";

interface OrchestratorDeps extends Omit<VerifyDeps, "store"> {
  readonly store: Store;
  readonly notary: Notary;
  readonly steps: RunSteps;
  readonly reachability: Pick<Reachability, "isReachable" | "problemOf">;
  readonly roster: Roster;
  readonly skews: Pick<ClockSkews, "of">;
}

type Decision = Parameters<Orchestrator["decide"]>[0];

/** Orchestrator for what people and agents ask of main. */
export function createOrchestrator(deps: OrchestratorDeps): Orchestrator {
  const { store, notary, steps, reachability, roster, pipeline, clock, skews } = deps;
  const { profiles, intake } = pipeline;
  const lock = createKeyedLock();
  const shown = (state: FlowState): RunStatus => withSkews(toRunStatus(state), skews);

  /** State of a run of which a verb is taken, and the verb as it is taken. Rejects with `not_found`, `invalid_state`. */
  const decidable = async ({ run, verb }: Decision): Promise<{ readonly state: FlowState; readonly verb: Verb }> => {
    const state = await knownRun(steps, run);
    const refused = refusalOf(state, verb);
    if (refused !== undefined) throw new TasukiError("invalid_state", refused);
    const ahead = verb.is === "extend" ? verb.wantedBy - clock.now() : undefined;
    if (ahead !== undefined && (ahead <= 0 || ahead > longestDeadline))
      throw new TasukiError("malformed_request", `A deadline is a time at most ${longestDeadline / 86_400_000} days ahead.`);
    const planned = verb.is === "retry" ? planRetry(state, verb) : undefined;
    if (verb.is !== "retry" || planned === undefined || "refused" in planned) return { state, verb };
    // The stage that is planned is the one that is done again, whatever the run comes to meanwhile.
    const stage = state.route[planned.at] ?? verb.stage;
    if (verb.on !== undefined && stage !== undefined) await checkNode(deps, state, { stage, on: verb.on });
    return { state, verb: { ...verb, stage } };
  };

  /** Resumes a blocked intake: main's own task goes back to the queue, at the same epoch. */
  const resumeIntake = async (run: string, event: Extract<Verb, { is: "retry" }>): Promise<void> => {
    const { by, reason } = event;
    const facts = { run, stage: "main", epoch: 0, task: run, by };
    const besides = reason === undefined ? {} : { text: { code: "operator", text: reason } };
    if (!(await store.retry(run, notary.event("intake-retried", facts, besides))))
      throw new TasukiError("invalid_state", `run ${run} is still at intake and not blocked for good: it goes on by itself`);
    await steps.apply({ facts: [{ run, event }] });
  };

  return {
    runs: async (filter) => (await store.runs(filter)).map((row) => shown(stateOf(row))),
    async run(id) {
      const state = await steps.state(id);
      return state && shown(state);
    },
    relay: () => ({ profiles, ...(intake.explain !== undefined && { explain: intake.explain }) }),
    async nodes() {
      const peers = new Map((await store.peers()).map((peer) => [peer.node, peer]));
      return Object.entries(roster).map(([node, { role, url }]): NodeView => {
        const peer = peers.get(node);
        const health = Health.safeParse(peer?.health);
        const problem = reachability.problemOf(node);
        const skew = skews.of(node);
        return {
          node,
          role,
          url,
          reachable: reachability.isReachable(node),
          ...(problem !== undefined && { problem }),
          ...(health.success && { health: health.data }),
          ...(peer && { seenAt: peer.at }),
          ...(skew && { skew }),
        };
      });
    },
    async decide(decision) {
      const { run } = decision;
      const { state, verb } = await decidable(decision);
      if (verb.is === "retry" && state.given.length === 0) await resumeIntake(run, verb);
      else await steps.apply({ facts: [{ run, event: verb }] });
      return shown(await knownRun(steps, run));
    },
    async plan(decision) {
      const { state, verb } = await decidable(decision);
      return planOf(state, verb, clock.now());
    },
    nudge: (request) => nudge({ store, steps }, request),
    view: (request, signal) =>
      // Each is a process of its own.
      lock(["view"], async () => {
        signal.throwIfAborted();
        return viewFiles(deps, request, signal);
      }),
    async *watch(run, signal) {
      for await (const _ of turnsOf((wake) => store.onCommit([{ topic: "run", run }], wake), signal)) {
        const state = await knownRun(steps, run);
        yield shown(state);
        if (hasEnded(state)) return;
      }
    },
  };
}
