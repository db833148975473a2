import { type Clock, type Health, type Pipeline, sha256Of } from "@tasuki/contracts";
import { grantsBeyond } from "../permission/compare-grants.ts";
import { parsePolicy } from "../permission/policy.ts";
import { writePolicy } from "../permission/write-policy.ts";

export interface PolicyStateDeps {
  /** The policy file, as text. */
  readonly text: string;
  readonly pipeline: Pipeline;
  /** The callers to whom the network grants other things than the file does. */
  readonly drift: () => readonly string[];
  /** Milliseconds since the network last heard what is granted. */
  readonly unheardMs: () => number;
  readonly clock: Pick<Clock, "now">;
}

// A reconnection is nothing to speak of.
const worthSayingMs = 60_000;

/** What `/health` says of the policy: which file this node has, whether it is what this program's pipeline gives, and who is granted other things. */
export function createPolicyState({ text, pipeline, drift, unheardMs, clock }: PolicyStateDeps): () => NonNullable<Health["policy"]> {
  const sha256 = sha256Of(text);
  const file = parsePolicy(text);
  // Who operates the relay is each installation's own affair: only what is granted is compared.
  const given = parsePolicy(writePolicy({ pipeline, people: { ops: ["nobody@example.com"] } }));
  const current = grantsBeyond(file, given).length === 0 && grantsBeyond(given, file).length === 0;
  return () => {
    const unheard = unheardMs();
    return {
      sha256,
      current,
      drift: [...drift()],
      ...(unheard >= worthSayingMs && { unheardSince: new Date(clock.now() - unheard).toISOString() }),
    };
  };
}
