import { randomUUIDv7 } from "node:crypto";
import { type FeedEntry, type TaskKind, type TaskPayload, TasukiError } from "@tasuki/protocol";
import type { OutboxRow } from "@tasuki/store";
import { expect, test } from "vitest";
import type { FlowEvent } from "@tasuki/flow";
import { followOwnFeed, type OwnFeedDeps } from "./follow-own-feed.ts";
import type { RunSteps } from "./run-steps.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const run = randomUUIDv7();
const instance = randomUUIDv7();
type Change = Parameters<RunSteps["apply"]>[0];

/** Main's own feed with these entries, and a store that has these rows. */
function startFollowing({
  entries,
  apply,
  rows = [],
  onCommit = () => undefined,
  facts = [{ is: "peer", role: "sg", reachable: true }],
}: {
  entries: readonly FeedEntry[];
  facts?: readonly FlowEvent[];
  apply: (change: Change) => Promise<void>;
  rows?: readonly Partial<OutboxRow>[];
  onCommit?: (listener: () => void) => void;
}): AsyncDisposable {
  const store: Partial<OwnFeedDeps["store"]> = {
    instance,
    position: async () => undefined,
    feed: async (from) => entries.slice(from),
    outboxRow: async (task) => rows.find(({ id }) => id === task) as OutboxRow | undefined, // the part of a row that it reads
    onCommit(_topics, listener) {
      onCommit(listener);
      return () => undefined;
    },
  };
  const steps: Partial<RunSteps> = { apply };
  return followOwnFeed({
    node: "main",
    store: store as OwnFeedDeps["store"], // the operations that it calls
    steps: steps as RunSteps, // the operation that it calls
    read: async (read) =>
      read.map(({ index }) => ({
        facts: facts.slice(index, index + 1).map((event) => ({ run, event })),
        envelopes: [],
        texts: [],
        cost: 0,
      })),
    clock: { monotonic: () => performance.now() },
    backoff: () => 1,
    logger: quiet,
  });
}

test("a fact that nothing waits for is applied with the next one, or by itself where none comes", async () => {
  const sent: FlowEvent = { is: "dispatched", stage: "sg", epoch: 1, task: randomUUIDv7(), from: "main", at: 0 };
  const seen: FlowEvent = { is: "peer", role: "sg", reachable: true };
  const entries: FeedEntry[] = [{ index: 0, leaf: "{}", envelopes: [] }];
  const applied: (readonly FlowEvent[])[] = [];
  let tell = (): void => undefined;
  await using _ = startFollowing({
    entries,
    facts: [sent, seen, sent],
    onCommit: (listener) => (tell = listener),
    apply: async ({ facts }) => void applied.push(facts.map(({ event }) => event)),
  });
  entries.push({ index: 1, leaf: "{}", envelopes: [] });
  tell();
  await expect.poll(() => applied).toEqual([[sent, seen]]);
  entries.push({ index: 2, leaf: "{}", envelopes: [] });
  tell();
  await expect.poll(() => applied).toEqual([[sent, seen], [sent]]);
});

// guarantees: R5.ends
test("entries of main's own feed that could not be applied are read again, not passed over", async () => {
  const applied: Change[] = [];
  await using _ = startFollowing({
    entries: [{ index: 0, leaf: "{}", envelopes: [] }],
    async apply(change) {
      applied.push(change);
      if (applied.length === 1) throw new TasukiError("disk_full", "there is no room");
    },
  });
  await expect.poll(() => applied.length, { timeout: 10_000 }).toBe(2);
  const change = { facts: [{ run }], along: { node: "main", instance, next: 1 } };
  expect(applied).toMatchObject([change, change]);
});

test("what a node refused for good blocks its stage, by the code of the answer and as long as it is refused", async () => {
  const payload = { stage: "sg", epoch: 2, to: "sg", kind: "work" } as TaskPayload; // the part of a payload that it reads
  const row = (id: string, state: OutboxRow["state"], kind: TaskKind = "work") => ({
    id,
    to: "sg",
    run,
    payload: { ...payload, kind },
    state,
    last: `the answer to ${id}`,
  });
  const rows = [
    row("refused", "blocked"),
    row("tried again", "pending"),
    row("nudge", "blocked", "nudge"),
    row("stale", "superseded"),
    row("stale, says an early release", "superseded", "close"),
    row("withdrawn", "superseded"),
    row("stale cancel", "superseded", "cancel"),
  ];
  const leaves = [
    { type: "peer" },
    { type: "refused", task: "refused", code: "not_granted" },
    { type: "refused", task: "tried again", code: "not_granted" },
    { type: "refused", task: "nudge", code: "not_granted" },
    { type: "superseded", task: "stale", code: "stale_epoch", answer: "the run is at epoch 7" },
    { type: "superseded", task: "stale, says an early release", answer: "stale_epoch: the run is at epoch 7" },
    { type: "superseded", task: "withdrawn", answer: "another" },
    { type: "superseded", task: "stale cancel", code: "stale_epoch", answer: "the run is at epoch 7" },
    { type: "sent", task: "refused" },
  ];
  const applied: Change[] = [];
  await using _ = startFollowing({
    entries: leaves.map((leaf, index) => ({ index, leaf: JSON.stringify({ run, ...leaf }), envelopes: [] })),
    rows,
    apply: async (change) => void applied.push(change),
  });
  await expect.poll(() => applied).toHaveLength(1);
  const refusals = applied[0]?.facts.flatMap(({ event }) => (event.is === "outbox-blocked" ? [event.block.reason] : []));
  expect(refusals).toEqual([
    "sg refused main's 'work': the answer to refused",
    "sg refused main's 'work': the answer to stale",
    "sg refused main's 'close': the answer to stale, says an early release",
  ]);
});
