import { type Attachment, FeedEntry } from "@tasuki/protocol";
import { z } from "zod";
import type { Random } from "../random.ts";
import { hostileTexts } from "./false-receipts.ts";
import type { Way } from "./liar.ts";

const Answer = z.object({ ok: z.record(z.string(), z.unknown()) });

/** The health of a node with one lie in it. */
export function falseHealth(answer: string, { way, random, newId }: { way: Way; random: Random; newId: () => string }): string {
  const read = Answer.safeParse(JSON.parse(answer));
  if (!read.success) return answer;
  const { ok } = read.data;
  const text = random.pick(hostileTexts);
  const store = { state: "ok", ...z.object({ feed: z.number() }).parse(ok["store"]) };
  const lie = (): Record<string, unknown> => {
    if (way === "is another installation") return { instance: newId() };
    if (way === "lies about its versions") return { contracts: { reads: {}, writes: {} } };
    return random.pick<Record<string, unknown>>([
      { store: { ...store, feed: 0 } },
      { store: { ...store, feed: Math.max(0, store.feed - 1) } },
      { store: { ...store, feed: Number.MAX_SAFE_INTEGER } },
      { store: { ...store, state: "failing" } },
      { version: text, executor: text, features: [text], policy: { sha256: "0".repeat(64), current: false, drift: [text] } },
      { clock: random.pick(["1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]) },
      { node: "main", role: "main" },
      { role: "another" },
      { identity: { provider: text, state: "failing" } },
      { instance: "none" },
      { more: Array.from({ length: 100 }, () => text) },
    ]);
  };
  return JSON.stringify({ ok: { ...ok, ...lie() } });
}

/** A status with other texts under the digests that were signed for, pages without end, or a block that names commands. */
export function falseStatus(
  answer: string,
  { random, query, known }: { random: Random; query: string; known: readonly Attachment[] },
): string {
  const read = Answer.safeParse(JSON.parse(answer));
  if (!read.success) return answer;
  const { ok } = read.data;
  const { task = "", name = "" } = z.object({ task: z.string().optional(), name: z.string().optional() }).parse(JSON.parse(query));
  const held = z.array(z.record(z.string(), z.unknown())).catch([]).parse(ok["artifacts"]);
  const signed = known.map(({ sha256, contract, size }) => ({ name, contract, sha256, size, task, direction: "out", text: "" }));
  const all: readonly Record<string, unknown>[] = [...held, ...signed];
  const line = { file: "f", expected: random.pick(hostileTexts), got: "g", fix: random.pick(hostileTexts) };
  const block = {
    reason: line.expected,
    needs: line.fix,
    owner: line.fix,
    clearsWith: line.fix,
    unmet: Array.from({ length: 150 }, () => line),
  };
  const tasks = z.array(z.record(z.string(), z.unknown())).catch([]).parse(ok["tasks"]);
  return JSON.stringify({
    ok: {
      ...ok,
      ...random.pick<Record<string, unknown>>([
        { artifacts: all.map((one) => ({ ...one, text: "other bytes" })) },
        { artifacts: all.map((one) => ({ ...one, name: "another.txt" })) },
        { artifacts: all.map((one) => ({ ...one, contract: "brief@1" })) },
        { artifacts: [], next: "more" },
        { artifacts: all.map((one) => ({ ...one, sha256: "0".repeat(64) })), next: `more ${random.next()}` },
        { artifacts: [] },
        { tasks: tasks.map((one) => ({ ...one, state: "blocked", block })) },
      ]),
    },
  });
}

interface Breaking {
  readonly random: Random;
  /** True where the stream is mixed up at this entry, which is read again later, whole. */
  readonly mixes: () => boolean;
  /** True where what the entry says of this run is broken, for good. */
  readonly breaks: (run: string) => boolean;
  /** True where the entry, which is about this run, is kept back until it is asked for again. */
  readonly withholds: (run: string, index: number) => boolean;
}

/** A feed in which entries are left out, repeated, changed in their order or cut off, and in which messages are broken. */
export async function* falseEntries(
  entries: AsyncIterable<string>,
  { random, mixes, breaks, withholds }: Breaking,
): AsyncGenerator<string, void, undefined> {
  const earlier: string[] = [];
  let held: string | undefined;
  for await (const text of entries) {
    const entry = FeedEntry.parse(JSON.parse(text));
    const { run = "" } = z.object({ run: z.string().optional() }).catch({}).parse(JSON.parse(entry.leaf));
    const so = run !== "" && breaks(run) ? JSON.stringify(broken(entry, random)) : text;
    earlier.push(so);
    const how = mixes() ? random.pick(["repeat", "earlier", "end", "of no kind"]) : "as it is";
    if (how === "end") return;
    if (how === "of no kind") yield JSON.stringify({ ...entry, index: -1 });
    if (how === "earlier") yield random.pick(earlier);
    if (run !== "" && withholds(run, entry.index)) {
      if (random.chance(0.5)) held = so;
      continue;
    }
    yield so;
    if (how === "repeat") yield so;
    if (held !== undefined) yield held;
    held = undefined;
  }
}

function broken(entry: FeedEntry, random: Random): FeedEntry {
  const { envelopes } = entry;
  const [first] = envelopes;
  const changed = (change: (payload: string) => string): FeedEntry => ({
    ...entry,
    envelopes: envelopes.map((one, at) => (at === 0 ? { ...one, payload: change(one.payload) } : one)),
  });
  switch (random.pick(["none", "bytes", "json", "type", "unsigned", "other", "leaf", "texts", "many"])) {
    case "none":
      return { ...entry, envelopes: [] };
    case "bytes":
      return changed((payload) =>
        Buffer.from(Buffer.from(payload, "base64").toString("utf8").replace('"attempt":1', '"attempt":2')).toString("base64"),
      );
    case "json":
      return changed(() => Buffer.from("{").toString("base64"));
    case "type":
      return { ...entry, envelopes: envelopes.map((one) => ({ ...one, payloadType: "application/vnd.other+json" })) };
    case "unsigned":
      return { ...entry, envelopes: envelopes.map((one) => ({ ...one, signatures: [] })) };
    case "other":
      return { ...entry, envelopes: envelopes.toReversed() };
    case "leaf":
      return { ...entry, leaf: "{}" };
    case "texts":
      return { ...entry, texts: [{ sha256: "0".repeat(64), salt: "0".repeat(32), text: hostileTexts[0] ?? "" }] };
    default:
      return { ...entry, envelopes: first === undefined ? [] : Array.from({ length: 12 }, () => first) };
  }
}
