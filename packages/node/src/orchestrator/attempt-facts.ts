import { type FeedEntry, Id, Name, type SaltedText, shortened, TextName } from "@tasuki/protocol";
import { isWhole } from "@tasuki/evidence";
import type { FlowEvent } from "@tasuki/flow";
import { z } from "zod";
import type { FeedOf } from "./entry-facts.ts";
import type { RunFact } from "./run-steps.ts";

const time = z.int().nonnegative().max(8_640_000_000_000_000);

/** Leaf in which a node tells how an attempt goes. Nobody signs it: it proves nothing, and is shown as what the node says. */
const Told = z.object({
  type: z.enum(["attempt-ended", "attempt-silent", "attempt-active"]),
  at: z.iso.datetime(),
  run: Id,
  stage: Name,
  epoch: z.int().nonnegative(),
  attempt: z.int().positive(),
  /** With `attempt-ended`: outcome, attempts in all, and when the next begins. Nodes of earlier releases say the outcome alone. */
  outcome: z.string().max(64).optional(),
  attempts: z.int().positive().optional(),
  next: time.optional(),
  text: TextName.optional(),
  /** With `attempt-silent`: the last sign of work. */
  since: time.optional(),
});

/** Fact of an entry that tells how an attempt of the feed's node goes, while attempts go on; none of any other entry. Throws on a leaf that is no JSON. */
export function toAttemptFact({ leaf, texts = [] }: Pick<FeedEntry, "leaf" | "texts">, { node, role }: FeedOf): RunFact[] {
  if (!leaf.includes('"type":"attempt-')) return [];
  const told = Told.safeParse(JSON.parse(leaf));
  if (!told.success || told.data.stage !== role) return [];
  const { run, stage, epoch, attempt } = told.data;
  return [{ run, event: { is: "attempt", node, stage, epoch, attempt, says: toSaid(told.data, texts) } }];
}

function toSaid(told: z.infer<typeof Told>, texts: readonly SaltedText[]): Extract<FlowEvent, { is: "attempt" }>["says"] {
  const { type, at, outcome = "failed", attempts, next, text, since } = told;
  switch (type) {
    case "attempt-ended": {
      const found = texts.find((one) => one.sha256 === text?.sha256 && isWhole(one))?.text;
      return {
        outcome,
        reason: shortened(found ?? "its text is gone"),
        at: Date.parse(at),
        ...(attempts !== undefined && { attempts }),
        ...(next !== undefined && { next }),
      };
    }
    case "attempt-silent":
      return { silentSince: since ?? Date.parse(at) };
    case "attempt-active":
      return "active";
  }
}
