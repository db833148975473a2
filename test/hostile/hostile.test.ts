// Hostile requests over real sockets against main and sg, as they are: on their ports with identity, and on main's own socket.
// HOSTILE_REQUESTS sends more of them; `pnpm hostile` shows what it comes to.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exchange } from "./exchange.ts";
import { type HostileRelay, startHostileRelay, type Way } from "./hostile-relay.ts";
import { findLeftovers } from "./leftovers.ts";
import { toBytes } from "./request.ts";
import { reuseConnections } from "./reuse-connections.ts";
import { openSlowClients, type SlowEnd } from "./slow-clients.ts";
import { describeViolation, storm } from "./storm.ts";

const requests = Number(process.env["HOSTILE_REQUESTS"] ?? 20_000);
const seed = 1_127;
/** Bytes that a node may hold more after any number of requests: caches that fill, and no more than that. */
const growth = 12_000_000;

let relay: HostileRelay;
beforeAll(async () => {
  relay = await startHostileRelay();
});
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
});

const heldBytes = (): Promise<number[]> => Promise.all(relay.nodes.map((node) => node.heldBytes()));
const statusesOf = (ends: readonly SlowEnd[]): string[] => [
  ...new Set(ends.map(({ answers }) => answers.map(({ status }) => status).join())),
];

/** A way into the relay; there are some. */
function wayTo(at: number): Way {
  const way = relay.ways[at];
  if (way === undefined) throw new Error(`there is no way ${at}`);
  return way;
}

test(
  "every hostile request is refused as it must be, while slow ones are cut off, and the nodes hold no more than before",
  async () => {
    const warming = await storm(relay, { requests: 2_000, seed: seed + 1_000_000 });
    expect(warming.violations.map(describeViolation)).toEqual([]);
    const before = await heldBytes();
    const slow = Promise.all([
      openSlowClients(wayTo(0), { count: 100, within: "head" }),
      openSlowClients(wayTo(1), { count: 100, within: "body" }),
    ]);
    const report = await storm(relay, { requests, seed });
    expect(report.violations.map(describeViolation)).toEqual([]);
    expect(report.requests).toBe(requests);
    const [heads, bodies] = await slow;
    expect(statusesOf([...heads, ...bodies])).toEqual(["408"]);
    const after = await heldBytes();
    expect(after.map((bytes, at) => Math.max(0, bytes - (before[at] ?? 0) - growth))).toEqual([0, 0]);
    console.log(
      `${report.requests} hostile requests in ${Math.round(report.ms / 1000)} s; held MB ${before.map(toMegabytes).join(", ")} before, ${after.map(toMegabytes).join(", ")} after`,
    );
  },
  300_000 + requests * 10,
);

const toMegabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

test("a thousand uploads at once are all taken, and a thousand that are not what they say are all refused", async () => {
  const way = wayTo(0);
  const upload = async (at: number, isTrue: boolean): Promise<string> => {
    const body = Buffer.from(`# Document ${at}\n`.repeat(1_000));
    const sha256 = createHash("sha256").update(body).digest("hex");
    const declared = isTrue ? sha256 : "0".repeat(64);
    const message = toBytes(way.endpoint, { method: "POST", target: `/upload?contract=source&sha256=${declared}`, body });
    const { answers, ending } = await exchange(way.target, { label: "upload", parts: [message] }, 60_000);
    const isItsOwn = answers[0]?.body.toString().includes(sha256) === true;
    return `${answers.map(({ status }) => status).join()} ${ending} ${isItsOwn ? "with its digest" : ""}`;
  };
  const all = await Promise.all(Array.from({ length: 2_000 }, (_, at) => upload(at, at % 2 === 0)));
  expect([...new Set(all.filter((_, at) => at % 2 === 0))]).toEqual(["201 ended with its digest"]);
  expect([...new Set(all.filter((_, at) => at % 2 === 1))]).toEqual(["422 ended with its digest"]);
});

test("programs that use their connections again get an answer to everything", async () => {
  expect(await reuseConnections(wayTo(0), { requests: 3_000, connections: 16 })).toEqual([]);
});

test("afterwards there is no task, no file without a row nor row without a file, nothing outside the data folders, and no secret in a log", async () => {
  expect(relay.nodes.map((node) => node.isRunning())).toEqual([true, true]);
  await relay.stop();
  expect(await findLeftovers(relay)).toEqual([]);
  expect(relay.told()).toEqual([]);
});
