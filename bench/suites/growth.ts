import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { receiptPayloadType, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import { payloadDigest, type Seal, signEnvelope, type Signer } from "@tasuki/evidence";
import { openStore, type Store } from "@tasuki/store";
import { growStore } from "../grow-store.ts";
import { spreadOf, timed } from "../measure.ts";
import { type Figure, ms, type Suite } from "../suite.ts";

const history = 1_000_000;
const rounds = 7;
const perRound = 60;
const warmUp = 200;
const pageOfFeed = 100;
const pageOfRuns = 100;
/** Budget of each: so many times the same on an empty store, by the median of the rounds. */
const most = 1.15;

const unsigned: Signer = { keyid: "0".repeat(64), sign: () => Buffer.alloc(64) };
const clock = { now: () => Date.now() };

/** A receipt and its line in the feed, as long as real ones. */
const seal =
  ({ run, id: task }: Pick<TaskPayload, "run" | "id">, state: string): Seal =>
  (index) => {
    const predicate = { run, task, state, index, filler: "x".repeat(500) };
    const receipt = signEnvelope(Buffer.from(JSON.stringify({ predicate })), receiptPayloadType, unsigned);
    return { leaf: JSON.stringify({ index, run, task, type: state, filler: "x".repeat(200) }), envelopes: [receipt] };
  };

async function accept(store: Store, payload: TaskPayload): Promise<void> {
  const envelope = signEnvelope(Buffer.from(JSON.stringify(payload)), taskPayloadType, unsigned);
  const request = { payload, envelope, digest: payloadDigest(envelope), from: payload.from, now: clock.now(), queueLimit: 1_000 };
  const { is } = await store.accept(request, seal(payload, "accepted"));
  if (is !== "accepted") throw new Error(`a task is ${is}`);
}

/** Milliseconds of each operation, of one task after another, each a commit or a read of its own. */
async function measureOne(store: Store, taken: Record<string, number[]>): Promise<void> {
  const id = randomUUIDv7();
  const payload: TaskPayload = { v: 1, id, kind: "work", run: id, stage: "nano", epoch: 1, from: "main", to: "nano", attachments: [] };
  const take = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    (taken[what] ??= []).push(await timed(work));
  };
  await take("ack", () => accept(store, payload));
  await take("status of a task that waits", () => store.statusOf({ task: id }));
  let lease: Awaited<ReturnType<Store["claim"]>>;
  await take("claim", async () => {
    lease = await store.claim({ now: clock.now(), leaseMs: 60_000 }, (row) => seal(row.payload, "started"));
  });
  const claimed = lease;
  if (claimed?.task !== id) throw new Error("another task was claimed");
  await take("complete", async () => {
    const isHeld = await store.complete(claimed, { state: "done", outputs: [] }, (row) => seal(row.payload, "produced"));
    if (!isHeld) throw new Error("the lease is gone");
  });
  await take("status of a run", () => store.statusOf({ run: id }));
  await take("status of what is open", () => store.statusOf("open"));
  const size = await store.feedSize();
  await take(`feed, the last ${pageOfFeed}`, () => store.feed(Math.max(0, size - pageOfFeed), pageOfFeed));
}

async function open(tasks: number, stack: AsyncDisposableStack): Promise<{ readonly store: Store; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-growth-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const options = { folder, clock, newId: () => randomUUIDv7() };
  await (await openStore(options))[Symbol.asyncDispose]();
  if (tasks > 0) growStore(folder, tasks);
  return { store: stack.use(await openStore(options)), folder };
}

/** Lists all runs by pages. Gives the milliseconds of each page. */
async function listRuns(store: Store): Promise<number[]> {
  const pages: number[] = [];
  let after: string | undefined;
  for (;;) {
    let page: Awaited<ReturnType<Store["runs"]>> = [];
    pages.push(await timed(async () => (page = await store.runs({ limit: pageOfRuns, ...(after !== undefined && { after }) }))));
    if (page.length < pageOfRuns) return pages;
    after = page.at(-1)?.id;
  }
}

export const growth: Suite = {
  name: "growth",
  what: `A store of ${history} tasks and ${3 * history} events beside an empty one, in turns: p50 of one operation after another`,
  isNamed: true,
  async measure() {
    await using stack = new AsyncDisposableStack();
    let large: Awaited<ReturnType<typeof open>> | undefined;
    const grown = await timed(async () => (large = await open(history, stack)));
    if (large === undefined) throw new Error("no store was opened");
    const stores = { large: large.store, empty: (await open(0, stack)).store };
    for (const store of Object.values(stores)) {
      const warm = {};
      for (let nth = 0; nth < warmUp; nth += 1) await measureOne(store, warm);
    }
    const taken: { readonly large: Record<string, number[]>; readonly empty: Record<string, number[]> }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const one = { large: {}, empty: {} };
      // Operations of the two take turns, so that whatever else the machine does befalls both.
      for (let nth = 0; nth < perRound; nth += 1) {
        await measureOne(stores.large, one.large);
        await measureOne(stores.empty, one.empty);
      }
      taken.push(one);
    }
    const names = Object.keys(taken[0]?.empty ?? {});
    const figures = names.map((name): Figure => {
      const median = (which: "large" | "empty") => taken.map((round) => spreadOf(round[which][name] ?? []).median);
      const [larges, empties] = [median("large"), median("empty")];
      const ratio = spreadOf(larges.map((each, round) => each / (empties[round] ?? Number.NaN)));
      return {
        what: name,
        value: `${ratio.median.toFixed(2)} of empty`,
        detail: `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}, ${rounds} rounds; ${ms(spreadOf(larges).median)} and ${ms(spreadOf(empties).median)}`,
        budget: `≤ ${most}`,
        isMissed: ratio.median > most,
      };
    });
    const pages = await listRuns(stores.large);
    const parts = { first: pages.slice(0, 10), last: pages.slice(-11, -1) };
    const spread = spreadOf(pages);
    return [
      ...figures,
      {
        what: `runs, ${(pages.length - 1) * pageOfRuns} by pages of ${pageOfRuns}`,
        value: ms(spread.median),
        detail: `a page; first ten ${ms(spreadOf(parts.first).median)}, last ten ${ms(spreadOf(parts.last).median)}, p99 ${ms(spread.p99)}`,
      },
      {
        what: "the large store",
        value: `${((await stat(join(large.folder, "node.sqlite"))).size / 2 ** 30).toFixed(2)} GiB`,
        detail: `written and opened in ${ms(grown)}`,
      },
    ];
  },
};
