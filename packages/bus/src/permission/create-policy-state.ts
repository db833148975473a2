import { type Clock, type Health, type Pipeline, sha256Of } from "@tasuki/protocol";
import { grantsBeyond, parsePolicy } from "./policy.ts";
import type { People } from "./edges.ts";
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

const nobody = ["nobody@example.com"];
/** People and scripts with whom a policy grants the least, and the most, that `people.json` can ask for. */
const leastGiven: People = { ops: nobody };
const mostGiven: People = { ops: nobody, read: nobody, operate: nobody, decide: nobody, scripts: ["nudge", "cancel"] };

/**
 * Creates the policy part of `/health`: the digest of this node's file, whether the file grants what this program's pipeline gives
 * (`current`), and the callers to whom the network grants other things (`drift`).
 */
export function createPolicyState({ text, pipeline, drift, unheardMs, clock }: PolicyStateDeps): () => NonNullable<Health["policy"]> {
  const sha256 = sha256Of(text);
  const file = parsePolicy(text);
  const given = (people: People) => parsePolicy(writePolicy({ pipeline, people }));
  // Each installation chooses what lies between the two. The people are made up: `grantsBeyond` compares grants alone.
  const current = grantsBeyond(file, given(mostGiven)).length === 0 && grantsBeyond(given(leastGiven), file).length === 0;
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
