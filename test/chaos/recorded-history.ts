import { artifactsOnWire, type FeedEntry, isFileOf, parseContractRef, receiptPayloadType, type RunStatus } from "@tasuki/protocol";
import { openTrust } from "@tasuki/evidence";
import { systemClock } from "@tasuki/node";
import { openStore, type Store } from "@tasuki/store";
import { randomUUIDv7 } from "node:crypto";
import { join } from "node:path";
import type { History, RecordedAnswer, RecordedFeed } from "../history/history.ts";
import { wholeFeed } from "../history/whole-feed.ts";
import { expectedFiles } from "../sim/pipeline.ts";
import { type ChaosRelay, pipeline, roles, secondOf } from "./chaos-relay.ts";

interface Recorded {
  /** Answers that scripts got from main. */
  readonly answers: readonly RecordedAnswer[];
  /** Statuses that main showed, in order. */
  readonly statuses: readonly RunStatus[];
  readonly briefs: ReadonlyMap<string, string>;
}

/** All that a relay whose processes have ended left on its disks, with what was seen of it meanwhile. */
export async function recordedHistory(relay: ChaosRelay, { answers, statuses, briefs }: Recorded): Promise<History> {
  const feeds = await Promise.all(relay.names.map((name) => readFeed(relay, name)));
  return {
    route: pipeline.roles.map(({ name }) => name),
    trust: await openTrust(join(relay.folder("main"), "trust")),
    feeds,
    answers: [...answers, ...feeds.flatMap(({ role, entries }) => entries.flatMap((entry) => answersIn(role, entry)))],
    statuses: statuses.map((run) => ({ run })),
    isNamed(contract, name) {
      const { name: of } = parseContractRef(contract);
      if (of === "source") return /^S[1-9][0-9]*\.[a-z]+$/.test(name);
      const artifact = artifactsOnWire(pipeline).find((one) => one.name === of);
      return artifact !== undefined && isFileOf(artifact, name);
    },
    expected(run) {
      const brief = briefs.get(run);
      return brief === undefined ? undefined : expectedFiles(pipeline, brief);
    },
  };
}

async function readFeed(relay: ChaosRelay, node: string): Promise<RecordedFeed> {
  await using store = await openStore({ folder: relay.folder(node), clock: systemClock, newId: randomUUIDv7 });
  return {
    node,
    role: roles.find((role) => role === node || secondOf(role) === node) ?? node,
    instance: store.instance,
    entries: await wholeFeed(store),
    lacking: await lackingFiles(store),
  };
}

/** Files that tasks name and that are not on the disk as they were: reading them hashes them again. */
async function lackingFiles(store: Store): Promise<string[]> {
  const tasks = await store.history({ limit: Number.MAX_SAFE_INTEGER });
  const named = tasks.flatMap(({ attachments }) => attachments.map(({ sha256 }) => sha256));
  const looked = await Promise.all(
    [...new Set(named)].map((sha256) =>
      store.blobs.read(sha256).then(
        () => [],
        () => [sha256],
      ),
    ),
  );
  return looked.flat();
}

/** The receipts of others that a node holds with what it sent: what it was answered. */
function answersIn(role: string, { leaf, envelopes }: FeedEntry): RecordedAnswer[] {
  const { type, to, task } = JSON.parse(leaf) as { type: string; to?: string; task?: string };
  const [receipt] = envelopes;
  if (type !== "delivered" || receipt?.payloadType !== receiptPayloadType || to === undefined || task === undefined) return [];
  return [{ from: role, to, task, receipt }];
}
