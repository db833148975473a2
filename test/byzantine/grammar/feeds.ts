import { randomUUIDv7 } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Envelope, type FeedEntry, receiptPayloadType, sha256Of, taskPayloadType } from "@tasuki/protocol";
import { canonicalJson, payloadDigest } from "@tasuki/evidence";
import type { Random } from "../../sim/random.ts";
import type { Exchange } from "../front.ts";
import type { Lie } from "../lie.ts";
import { toEvent, type ToldFeed } from "../told-feed.ts";
import type { OwnReceipt, World } from "../world.ts";
import { hostileText, hostileValue } from "./hostile-text.ts";
import { receiptLies } from "./receipts.ts";
import { sendJson, wireLies } from "./wire.ts";

/** Feed that is asked for, before or after its true entries were sent. `next` is the index of the entry that would come now. */
export interface Following {
  readonly exchange: Exchange;
  readonly world: World;
  readonly feed: ToldFeed;
  readonly next: number;
}

const receipt = { payload: "e30=", payloadType: receiptPayloadType, signatures: [{ sig: "c2ln" }] };

/** Lies in place of a feed: the answer is none. */
export const insteadOfFeedLies: readonly Lie<Following>[] = [
  ...wireLies
    .filter(({ name }) => ["a redirect", "another coding", "a head that is none", "silence", "a status that there is not"].includes(name))
    .map(({ name, tell }): Lie<Following> => ({
      name,
      tell: ({ exchange }, random) =>
        tell(
          { exchange, honest: async () => ({ status: 200, headers: {}, body: Buffer.from("data: {}\n\n") }), trap: "http://127.0.0.1:9/" },
          random,
        ),
    })),
  {
    name: "another status",
    tell: ({ exchange: { res } }, random) => void res.writeHead(random.pick([204, 205, 301, 400, 401, 403, 404, 410, 500, 503])).end(),
  },
  { name: "a page of HTML", tell: ({ exchange: { res } }) => void res.writeHead(200, { "content-type": "text/html" }).end("<html>") },
  { name: "a document of JSON", tell: ({ exchange: { res } }, random) => sendJson(res, hostileValue(random)) },
];

/** Lie that writes something after the true entries, and ends the connection if nobody else does. */
function after(
  name: string,
  write: (res: ServerResponse, following: Following & { readonly random: Random }) => Promise<void> | void,
): Lie<Following> {
  return {
    name,
    async tell(following, random) {
      const { res } = following.exchange;
      await write(res, { ...following, random });
      await delay(50);
      res.destroy();
    },
  };
}

const raw = (name: string, text: (following: Following & { readonly random: Random }) => string): Lie<Following> =>
  after(name, (res, following) => void res.write(text(following)));

/** Entry that no schema or limit refuses. */
const entry = (index: number, changes: object = {}): { readonly index: number } =>
  Object.assign({ index, leaf: "{}", envelopes: [] }, changes);

/** Lies that come after true entries, none of which main may take for the next one. */
export const afterFeedLies: readonly Lie<Following>[] = [
  raw("JSON that is broken", ({ next }) => `id: ${next}\ndata: {not json\n\n`),
  raw("the end of a feed", () => "event: return\ndata: \n\n"),
  raw("an error of the bus", () => 'event: serialized-error\ndata: {"code":-32603,"message":"x","data":null}\n\n'),
  raw("a time to wait without end", () => "retry: 999999999999\nid: \u0000\ndata: 1\n\n"),
  raw("values that are no entries", ({ next }) =>
    ["null", "1", '"x"', "[]", "{}", '{"index":-1}', `{"index":${next}}`].map((data) => `id: ${next}\ndata: ${data}\n\n`).join(""),
  ),
  raw("a prototype", ({ next }) => `id: ${next}\ndata: {"__proto__":{"index":${next}},"constructor":1,"leaf":"{}"}\n\n`),
  raw("an entry that is skipped", ({ next, random }) => toEvent(entry(next + random.pick([1, 2, 1_000, 2 ** 52])))),
  raw("entries in another order", ({ next }) => toEvent(entry(next + 1)) + toEvent(entry(next))),
  raw("entries that were told", ({ feed, next }) =>
    Array.from({ length: 500 }, (_, at) => feed.entries[at % Math.max(1, next)])
      .flatMap((one) => (one === undefined ? [] : toEvent(one)))
      .join(""),
  ),
  raw("an entry of 5 MB", ({ next }) => toEvent(entry(next, { leaf: "x".repeat(5_000_000) }))),
  raw("a leaf of 100 KB", ({ next }) => toEvent(entry(next, { leaf: "x".repeat(100_000) }))),
  raw("50,000 envelopes", ({ next }) => toEvent(entry(next, { envelopes: Array.from({ length: 50_000 }, () => receipt) }))),
  raw("17 envelopes", ({ next }) => toEvent(entry(next, { envelopes: Array.from({ length: 17 }, () => receipt) }))),
  raw("17 texts", ({ next }) =>
    toEvent(entry(next, { texts: Array.from({ length: 17 }, () => ({ sha256: sha256Of("x"), salt: "0".repeat(32), text: "" })) })),
  ),
  raw("an entry that is too deep", ({ next }) => toEvent(entry(next, { later: JSON.parse("[".repeat(1_000) + "]".repeat(1_000)) }))),
  raw("an entry of other types", ({ next, random }) =>
    toEvent(entry(next, { [random.pick(["leaf", "envelopes"])]: random.pick([1, null, {}, [1]]) })),
  ),
  raw(
    "an index that is none",
    ({ random }) => `data: ${JSON.stringify({ index: random.pick([-1, 0.5, "0", null, 1e308]), leaf: "{}", envelopes: [] })}\n\n`,
  ),
  after("a line without end", async (res) => {
    const chunk = "a".repeat(65_536);
    res.write("data: ");
    for (let written = 0; written < 200 && !res.destroyed; written += 1) if (!res.write(chunk)) await delay(1);
  }),
  after("an event of lines without end", async (res) => {
    const chunk = "data: 1,2,3\n".repeat(5_000);
    for (let written = 0; written < 200 && !res.destroyed; written += 1) if (!res.write(chunk)) await delay(1);
  }),
  after("pings without end", async (res) => {
    const until = AbortSignal.timeout(300);
    while (!until.aborted && !res.destroyed) if (!res.write("event: ping\ndata: \n\n".repeat(1_000))) await delay(1);
  }),
  after("one byte after the other", async (res, { next }) => {
    for (const byte of toEvent(entry(next)).slice(0, 30)) {
      res.write(byte);
      await delay(20);
    }
  }),
];

/** Entry of the node about a run that is lied about, which is told otherwise. */
export interface Retold {
  readonly world: World;
  readonly honest: OwnReceipt;
  readonly retell: (own: Envelope) => void;
}

/** Receipts in place of the node's own. */
export const retoldLies: readonly Lie<Retold>[] = Object.entries(receiptLies).map(([name, make]) => ({
  name: `a receipt with ${name}`,
  tell({ world, honest, retell }, random) {
    if (world.receipts.length === 0) return false;
    retell(make(honest, { random, world }));
  },
}));

/** Place in a feed that a lie may fill: an entry of the node that is about no run. */
export interface Place {
  readonly world: World;
  /** Adds entries; each is made for its index. */
  readonly add: (...make: ((index: number) => FeedEntry)[]) => Promise<void>;
}

/** Entry whose leaf is as a node writes it. */
export function toEntry(index: number, envelopes: FeedEntry["envelopes"], more: Partial<FeedEntry> = {}): FeedEntry {
  return {
    index,
    leaf: canonicalJson({ index, at: "2026-11-30T00:00:00.000Z", type: "told", envelopes: envelopes.map(digestOf) }),
    envelopes,
    ...more,
  };
}

function digestOf(envelope: FeedEntry["envelopes"][number]): string {
  try {
    return payloadDigest(envelope);
  } catch {
    return sha256Of(envelope.payload);
  }
}

/** Receipts in an entry of their own. Their feed stands still for ever where they name another installation, so that those are told elsewhere. */
const toldReceipts: readonly Lie<Place>[] = Object.entries(receiptLies).map(([name, make]) => ({
  name: `a receipt with ${name}`,
  async tell({ world, add }, random) {
    if (world.receipts.length === 0) return false;
    const { statement, envelope } = random.pick(world.receipts);
    await add((index) =>
      toEntry(index, [make({ statement: { ...statement, predicate: { ...statement.predicate, index } }, envelope }, { random, world })]),
    );
  },
}));

/** Lies of entries that main reads, and counts or does not. */
export const entryLies: readonly Lie<Place>[] = [
  ...toldReceipts,
  {
    name: "a receipt that was told before",
    async tell({ world, add }, random) {
      if (world.receipts.length === 0) return false;
      await add((index) => toEntry(index, [random.pick(world.receipts).envelope]));
    },
  },
  {
    name: "a receipt sixteen times",
    async tell({ world, add }, random) {
      if (world.receipts.length === 0) return false;
      const { envelope } = random.pick(world.receipts);
      await add((index) =>
        toEntry(
          index,
          Array.from({ length: 16 }, () => envelope),
        ),
      );
    },
  },
  {
    name: "another installation",
    async tell({ world, add }, random) {
      if (world.receipts.length === 0) return false;
      const { statement } = random.pick(world.receipts);
      const instance = randomUUIDv7();
      await add((index) => toEntry(index, [world.sign({ ...statement, predicate: { ...statement.predicate, instance, index } })]));
    },
  },
  {
    name: "a receipt of another, signed by this one",
    async tell({ world, add }, random) {
      if (world.receipts.length === 0) return false;
      const { statement } = random.pick(world.receipts);
      await add((index) =>
        toEntry(index, [
          world.sign({ ...statement, predicate: { ...statement.predicate, node: "main", role: "main", state: "verified", index } }),
        ]),
      );
    },
  },
  {
    name: "a task that it sent to itself",
    async tell({ world, add }, random) {
      if (world.receipts.length === 0) return false;
      const { statement } = random.pick(world.receipts);
      const { run, stage, epoch, node, role } = statement.predicate;
      const payload = {
        v: 1,
        id: randomUUIDv7(),
        kind: "work",
        run,
        stage,
        epoch,
        from: role,
        fromNode: node,
        to: role,
        attachments: [],
        prev: sha256Of("x"),
      };
      const task = world.sign(payload, { payloadType: taskPayloadType });
      const predicate = { ...statement.predicate, task: payload.id, state: "accepted", attempt: 0, prev: payloadDigest(task) };
      const subject = [{ name: "task", digest: { sha256: payloadDigest(task) } }];
      await add((index) => toEntry(index, [world.sign({ ...statement, subject, predicate: { ...predicate, index } }), task]));
    },
  },
  {
    name: "a task that nobody sent",
    async tell({ world, add }, random) {
      if (world.tasks.length === 0) return false;
      const { payload } = random.pick(world.tasks);
      const changes = random.pick([
        { epoch: payload.epoch + 1 },
        { from: "main", fromNode: "main" },
        { to: world.role },
        { attachments: [] },
        { run: randomUUIDv7() },
      ]);
      await add((index) => toEntry(index, [world.sign({ ...payload, id: randomUUIDv7(), ...changes }, { payloadType: taskPayloadType })]));
    },
  },
  {
    name: "a leaf that is none",
    async tell({ add }, random) {
      await add((index) =>
        toEntry(index, [], {
          leaf: random.pick([
            hostileText(random).slice(0, 16_000),
            "[".repeat(16_000),
            "",
            JSON.stringify(hostileValue(random)).slice(0, 16_000),
          ]),
        }),
      );
    },
  },
  {
    name: "texts that nobody named",
    async tell({ world, add }, random) {
      const texts = Array.from({ length: 16 }, (_, at) => ({
        sha256: sha256Of(String(at)),
        salt: "0".repeat(32),
        text: hostileText(random).slice(0, 1_024),
      }));
      const envelopes = world.receipts.length === 0 ? [] : [random.pick(world.receipts).envelope];
      await add((index) => toEntry(index, envelopes, { texts }));
    },
  },
  {
    name: "200 leaves of attempts about one run",
    async tell({ world, add }, random) {
      if (world.receipts.length === 0) return false;
      const { run, stage, epoch } = random.pick(world.receipts).statement.predicate;
      const type = random.pick(["attempt-ended", "attempt-silent", "attempt-active"]);
      const told = { type, at: "2026-11-30T00:00:00.000Z", run, stage, epoch, outcome: hostileText(random).slice(0, 64).toWellFormed() };
      await add(
        ...Array.from(
          { length: 200 },
          (_, at) => (index: number) =>
            toEntry(index, [], { leaf: canonicalJson({ ...told, index, attempt: 1 + random.pick([0, at]), since: at, envelopes: [] }) }),
        ),
      );
    },
  },
  {
    name: "1,200 messages about one run",
    tell: ({ world, add }, random) => flood({ world, add }, random, { count: 1_200, more: {} }),
  },
  {
    name: "40 MB about one run",
    tell: ({ world, add }, random) => flood({ world, add }, random, { count: 60, more: { "x-more": "#".repeat(500_000) } }),
  },
];

/** Many receipts about one run, sixteen in each entry or as many as it may have; each is the node's own, and none like another. */
async function flood({ world, add }: Place, random: Random, { count, more }: { count: number; more: object }): Promise<boolean | void> {
  if (world.receipts.length === 0) return false;
  const { statement } = random.pick(world.receipts);
  const perEntry = "x-more" in more ? 4 : 16;
  const makers = Array.from(
    { length: Math.ceil(count / perEntry) },
    (_, entryAt) => (index: number) =>
      toEntry(
        index,
        Array.from({ length: perEntry }, (__, at) =>
          world.sign({
            ...statement,
            predicate: { ...statement.predicate, state: "started", attempt: 2 + entryAt * perEntry + at, index, ...more },
          }),
        ),
      ),
  );
  await add(...makers);
}
