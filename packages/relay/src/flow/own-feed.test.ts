import { randomUUIDv7 } from "node:crypto";
import { type FeedEntry, TasukiError } from "@tasuki/contracts";
import { expect, test } from "vitest";
import { followOwnFeed, type OwnFeedDeps } from "./own-feed.ts";
import type { RunSteps } from "./run-steps.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

// guarantees: R5.ends
test("entries of main's own feed that could not be applied are read again, not passed over", async () => {
  const run = randomUUIDv7();
  const instance = randomUUIDv7();
  const entries: readonly FeedEntry[] = [{ index: 0, leaf: "{}", envelopes: [] }];
  const applied: Parameters<RunSteps["apply"]>[0][] = [];
  const store: Partial<OwnFeedDeps["store"]> = {
    instance,
    position: () => undefined,
    feedSize: () => entries.length,
    feed: (from) => entries.slice(from),
    onCommit: () => () => undefined,
  };
  const steps: Partial<RunSteps> = {
    async apply(change) {
      applied.push(change);
      if (applied.length === 1) throw new TasukiError("disk_full", "there is no room");
    },
  };
  await using _ = followOwnFeed({
    node: "main",
    store: store as OwnFeedDeps["store"], // what it asks of a store
    steps: steps as RunSteps, // what it asks of the steps
    read: () => ({ facts: [{ run, event: { is: "peer", role: "sg", reachable: true } }], envelopes: [] }),
    logger: quiet,
  });
  await expect.poll(() => applied.length, { timeout: 10_000 }).toBe(2);
  const change = { facts: [{ run }], along: { node: "main", instance, next: 1 } };
  expect(applied).toMatchObject([change, change]);
});
