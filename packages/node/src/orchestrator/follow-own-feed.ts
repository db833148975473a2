import { type Backoff, type Block, type Clock, type FeedEntry, type Logger, shortened, taskPayloadType } from "@tasuki/protocol";
import type { OutboxRow, Store } from "@tasuki/store";
import { z } from "zod";
import { createLoop } from "../loop/create-loop.ts";
import type { EntryReader } from "./read-entry.ts";
import type { RunFact, RunSteps } from "./run-steps.ts";

export interface OwnFeedDeps {
  /** Name of the node. */
  readonly node: string;
  readonly store: Store;
  readonly steps: RunSteps;
  readonly read: EntryReader;
  readonly clock: Pick<Clock, "monotonic">;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

const entriesAtOnce = 256;
/** Longest wait of facts that the next ones can be applied with, milliseconds. */
const canWaitMs = 1_000;

/**
 * Follows main's own feed, out of its store: the last hop that main accepted, what scripts ask of its runs, the answers of nodes to its dispatches, and
 * the tasks that its own consumer and outbox gave up. Disposing stops it.
 */
export function followOwnFeed({ node, store, steps, read, clock, backoff, logger }: OwnFeedDeps): AsyncDisposable {
  let next: number | undefined;
  /** Time at which the first of the facts came that wait for more, by the monotonic clock. */
  let since: number | undefined;

  const drain = async (signal: AbortSignal): Promise<number> => {
    next ??= await heldBefore();
    while (!signal.aborted) {
      const entries = await store.feed(next, entriesAtOnce);
      if (entries.length === 0) break;
      // What a script asked for is no step of a stage, and those are all that a reader of feeds looks for.
      const stages = entries.filter((entry) => !isSteer(entry));
      const reads = new Map((await read(stages, { node, role: "main" })).map((one, at) => [stages[at], one]));
      const facts: RunFact[] = [];
      for (const entry of entries) {
        if (isSteer(entry)) facts.push(...(await steerFacts(entry, store)));
        for (const fact of reads.get(entry)?.facts ?? []) facts.push(await blockedFact(fact, store));
        facts.push(...(await refusedFacts(entry, store)));
      }
      const until: number = next + entries.length;
      if (facts.length > 0 && facts.every(canWait) && entries.length < entriesAtOnce) {
        since ??= clock.monotonic();
        const left = since + canWaitMs - clock.monotonic();
        if (left > 0) return left;
      }
      since = undefined;
      if (facts.length > 0) await steps.apply({ facts, along: { node, instance: store.instance, next: until } });
      // The position moves after the commit: entries that could not be applied are read again.
      next = until;
    }
    return Infinity;
  };
  /** Index of the first entry that main has not applied in an earlier boot. */
  const heldBefore = async (): Promise<number> => {
    const held = await store.position(node);
    return held?.instance === store.instance ? held.next : 0;
  };
  const loop = createLoop({
    pass: drain,
    wakes: (wake) => store.onCommit([{ topic: "feed" }], wake),
    backoff,
    logger,
    failure: "main's own feed could not be applied; it is read again",
  });
  loop.start();
  return loop;
}

/** True for a fact that nothing waits for: main's own `accepted` of a run, which the intake tells too, and the id of a task that main has sent. */
function canWait({ event }: RunFact): boolean {
  if (event.is === "receipt") return event.receipt.role === "main" && event.receipt.state === "accepted" && event.receipt.epoch === 0;
  return event.is === "dispatched";
}

/** Fact with the block of an intake that main's own consumer gave up. */
async function blockedFact(fact: RunFact, store: Store): Promise<RunFact> {
  const { event, run } = fact;
  if (event.is !== "receipt" || event.receipt.state !== "blocked" || event.receipt.stage !== "main" || event.receipt.epoch !== 0)
    return fact;
  const block = (await store.task(event.receipt.task))?.block;
  // An intake that is tried again in the meantime has no block any more.
  return block === undefined ? fact : { run, event: { is: "intake-blocked", block } };
}

/** Leaf of an entry by which main accepted a task of its own. A task that begins a run has the run's id. */
const Acceptance = z
  .object({ type: z.enum(["accepted", "fenced"]), stage: z.literal("main"), run: z.string(), task: z.string() })
  .refine(({ run, task }) => run !== task);

/** True for an entry by which main accepted a nudge or a cancel of a script, the tasks about a run that nobody signs. */
function isSteer({ leaf, envelopes }: FeedEntry): boolean {
  const isUnsigned = envelopes.some(({ payloadType, signatures }) => payloadType === taskPayloadType && signatures.length === 0);
  return isUnsigned && Acceptance.safeParse(JSON.parse(leaf)).success;
}

/** What a script asked for. It may be read twice: a second cancel changes nothing, and a second nudge asks once more. */
async function steerFacts({ leaf }: FeedEntry, store: Store): Promise<RunFact[]> {
  const { task, run } = Acceptance.parse(JSON.parse(leaf));
  const payload = (await store.task(task))?.payload;
  if (payload?.kind !== "nudge" && payload?.kind !== "cancel") return [];
  const { kind, from: by, reason } = payload;
  return [{ run, event: { is: kind, by, ...(reason !== undefined && { reason }) } }];
}

/** Leaf of an entry that says that a node refused a row of main's outbox. */
const Refusal = z.object({
  type: z.enum(["refused", "superseded"]),
  task: z.string(),
  code: z.string().optional(),
  answer: z.string().optional(),
});

/** Facts of an entry about a row of main's outbox that was refused for good, and is so still. */
async function refusedFacts({ leaf }: FeedEntry, store: Store): Promise<RunFact[]> {
  const read = Refusal.safeParse(JSON.parse(leaf));
  if (!read.success) return [];
  const row = await store.outboxRow(read.data.task);
  if (row === undefined || !isRefused(row, codeOf(read.data))) return [];
  const { run, payload, last } = row;
  const { kind } = payload;
  // A nudge or a cancel that is refused blocks nothing: no stage waits for it.
  if (kind !== "work" && kind !== "close") return [];
  const block: Block = {
    reason: `${payload.to} refused main's '${kind}': ${toAnswer(last)}`,
    needs: "the cause mended, which the answer names; then another try",
    owner: "operator",
    // A run that closes takes no retry: what it waits for is sent again by a nudge.
    clearsWith: kind === "close" ? `tasuki nudge ${run}` : `tasuki retry ${run} --from ${payload.stage}`,
  };
  return [{ run, event: { is: "outbox-blocked", kind, stage: payload.stage, epoch: payload.epoch, block } }];
}

/** Answer of a node in words, with its code, which an outbox records first. */
function toAnswer(last: string | undefined): string {
  return shortened((last ?? "no answer was recorded").replace(/^([a-z_]+): ([^]*?)\.?$/, "$2 ($1)"));
}

function isRefused({ state }: OutboxRow, code: string | undefined): boolean {
  // A stale epoch mostly means that main itself has moved on, and the flow ignores earlier epochs. At main's present epoch it means that the
  // node was told more than main remembers: main's data folder is an older one (a backup).
  return state === "blocked" || (state === "superseded" && code === "stale_epoch");
}

/** Code of the refusal. The first releases wrote it only at the start of the answer, where a row was superseded. */
function codeOf({ code, answer }: z.infer<typeof Refusal>): string | undefined {
  return code ?? answer?.split(":", 1)[0];
}
