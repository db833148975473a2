import type { Pipeline } from "@tasuki/protocol";
import { createPolicyState, parsePolicy, type Policy, writePolicy } from "@tasuki/bus";

/** The policy of a simulated relay, which is the same on every machine. */
interface SimulatedPolicy {
  readonly text: string;
  readonly policy: Policy;
  readonly policyState: ReturnType<typeof createPolicyState>;
}

const policies = new WeakMap<Pipeline, SimulatedPolicy>();

/** Read once for all simulations: with a hundred roles that takes a while. */
export function policyOf(pipeline: Pipeline): SimulatedPolicy {
  const policy = policies.get(pipeline) ?? readPolicy(pipeline);
  policies.set(pipeline, policy);
  return policy;
}

function readPolicy(pipeline: Pipeline): SimulatedPolicy {
  const text = writePolicy({ pipeline, people: { ops: ["ops@example.com"] } });
  // The simulated network hears of the policy at once, so nobody says since when it has not: no clock is read.
  const policyState = createPolicyState({ text, pipeline, drift: () => [], unheardMs: () => 0, clock: { now: () => 0 } });
  return { text, policy: parsePolicy(text), policyState };
}
