import { type Clock, type Health, type Pipeline, sha256Of } from "@tasuki/protocol";
import { grantsBeyond, parsePolicy } from "./policy.ts";
import { writePolicy } from "./write-policy.ts";

export interface PolicyStateDeps {
  /** The policy file, as text. */
  readonly text: string;
  readonly pipeline: Pipeline;
  /** Gives the callers to whom the network grants other things than the file does. */
  readonly drift: () => readonly string[];
  /** Gives the milliseconds since the network last heard what is granted. */
  readonly unheardMs: () => number;
  readonly clock: Pick<Clock, "now">;
}

/** Shortest silence of the network that is reported, milliseconds: a reconnection takes less. */
const worthSayingMs = 60_000;

/**
 * Creates the policy part of `/health`: the digest of this node's file, whether the file grants what this program's pipeline gives
 * (`current`), and the callers to whom the network grants other things (`drift`).
 */
export function createPolicyState({ text, pipeline, drift, unheardMs, clock }: PolicyStateDeps): () => NonNullable<Health["policy"]> {
  const sha256 = sha256Of(text);
  const file = parsePolicy(text);
  // `given` has made-up people, since each installation has its own: `grantsBeyond` compares grants alone.
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
