// A matrix of the calls that the shipped roles may make on each other, written by hand from the design's table. The policy is made from the
// pipeline; the matrix is not. Each cell is asked of the policy itself, then of a bus over real sockets.
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { definePipeline } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { jp } from "@tasuki/contracts/roles/jp";
import { nano } from "@tasuki/contracts/roles/nano";
import { sg } from "@tasuki/contracts/roles/sg";
import { describe, expect, test } from "vitest";
import { type BusFixture, startBus, tokenOf } from "../testing/bus-fixture.ts";
import { grantFor, type OperatorLevel, operatorLevels, type Want } from "./permission.ts";
import { parsePolicy } from "./policy.ts";
import { writePolicy } from "./write-policy.ts";

const pipeline = definePipeline({ ...relay, roles: [nano, sg, jp] });
const people = { ops: ["ops@example.com"], read: ["r@example.com"], operate: ["o@example.com"], decide: ["d@example.com"] };
const text = writePolicy({ pipeline, people });
const policy = parsePolicy(text);

const callers = ["ops", "main", "nano", "sg", "jp"] as const;
/** People who have a level of the operator API, and nothing of the bus. */
const lookers = ["read", "operate", "decide"] as const;
const nodes = ["main", "nano", "sg", "jp"] as const;
const kinds = ["run", "work", "nudge", "cancel", "close"] as const;
const mega = 1024 * 1024;
/** Every contract of the relay, and a name that is no contract. */
const contracts = [
  "run",
  "brief",
  "source",
  "source-text",
  "candidate-list",
  "de-raw-output",
  "collected",
  "sg-review",
  "jp-final",
  "notes",
  "secrets",
] as const;

/** Caps of contracts on a file, bytes, whatever is granted. Contracts that are missing here have caps above every grant. */
const caps: Readonly<Record<string, number>> = {
  run: 4 * mega,
  brief: mega / 4,
  "candidate-list": mega / 4,
  "sg-review": mega / 4,
  notes: mega / 2,
};

interface Row {
  readonly signed?: readonly string[];
  readonly unsigned?: readonly string[];
  readonly upload?: readonly string[];
  readonly maxBytes?: number;
  readonly status?: true;
  readonly health?: true;
  readonly level?: OperatorLevel;
}
const orders = ["work", "nudge", "cancel", "close"];
const toNano = { upload: ["run", "brief", "source-text"], maxBytes: 8 * mega };
const toSg = { upload: ["run", "brief", "source-text", "candidate-list", "de-raw-output", "collected"], maxBytes: 8 * mega };
const toJp = { upload: ["run", "brief", "candidate-list", "de-raw-output", "sg-review"], maxBytes: 8 * mega };
const look = { status: true, health: true } as const;
/** Allowed calls by edge. An edge that is missing here allows nothing. */
const table: Readonly<Record<string, Row>> = {
  // A kind that may come unsigned may come signed, too: a signature takes no right away.
  "ops > main": { signed: ["run"], unsigned: ["run"], upload: ["brief", "source"], maxBytes: 64 * mega, ...look, level: "decide" },
  "read > main": { level: "read" },
  "operate > main": { level: "operate" },
  "decide > main": { level: "decide" },
  "ops > nano": look,
  "ops > sg": look,
  "ops > jp": look,
  // Main alone brings the work of later roles that comes back; notes are handed on.
  "main > nano": { signed: orders, ...toNano, upload: [...toNano.upload, "sg-review", "notes"], ...look },
  "main > sg": { signed: orders, ...toSg, upload: [...toSg.upload, "jp-final", "notes"], ...look },
  "main > jp": { signed: orders, ...toJp, upload: [...toJp.upload, "notes"], ...look },
  "nano > sg": { signed: ["work"], ...toSg, upload: [...toSg.upload, "notes"], health: true },
  "sg > jp": { signed: ["work"], ...toJp, upload: [...toJp.upload, "notes"], health: true },
  "jp > main": { signed: ["work"], upload: ["run", "jp-final"], maxBytes: 8 * mega, health: true },
};

const tasks = kinds.flatMap((kind): Want[] => [true, false].map((signed) => ({ call: "task", kind, signed })));
const reads: Want[] = [{ call: "status", scope: "own" }, { call: "status", scope: "all" }, { call: "health" }];
const steers = operatorLevels.map((level): Want => ({ call: "operator", level }));
const sizes = [1, 8 * mega, 8 * mega + 1, 64 * mega, 64 * mega + 1, 2e9];
const uploads = contracts.flatMap((contract) => sizes.map((bytes): Want => ({ call: "upload", contract, bytes })));

function mayBe(row: Row, want: Want): boolean {
  switch (want.call) {
    case "task":
      return ((want.signed ? row.signed : row.unsigned) ?? []).includes(want.kind);
    case "upload":
      return (row.upload ?? []).includes(want.contract) && want.bytes <= (row.maxBytes ?? 0);
    case "status":
      return row.status === true;
    case "health":
      return row.health === true;
    case "operator":
      return row.level !== undefined && operatorLevels.indexOf(want.level) <= operatorLevels.indexOf(row.level);
  }
}
const shown = (want: Want): string => Object.values(want).join(" ");
const isPerson = (caller: string): boolean => ["ops", ...lookers].includes(caller);
const nameOf = (caller: string): string => `${isPerson(caller) ? "group" : "tag"}:tasuki-${caller}`;
const subjectOf = (caller: string) => (isPerson(caller) ? { groups: [nameOf(caller)] } : { tags: [nameOf(caller)] });

const edges = [...callers, ...lookers].flatMap((from) => nodes.map((to) => ({ from, to, row: table[`${from} > ${to}`] ?? {} })));
const cells = edges.flatMap(({ from, to, row }) =>
  [...tasks, ...uploads, ...reads, ...steers].map((want) => ({ from, to, want, what: shown(want), expected: mayBe(row, want) })),
);

describe("the policy", () => {
  test("is asked in 2,624 cells, of which 126 are allowed", () => {
    expect([cells.length, cells.filter(({ expected }) => expected).length]).toEqual([2_624, 126]);
  });

  test.each(cells)("$from > $to: $what: $expected", ({ from, to, want, expected }) => {
    expect(grantFor(policy.permissionsFor(subjectOf(from), to), to, want) !== undefined).toBe(expected);
  });

  test.each(["tag:tasuki-guest", "tag:other", "group:tasuki-others", "autogroup:member", "*", ""])("gives '%s' nothing", (name) => {
    for (const to of nodes) expect(policy.permissionsFor({ tags: [name], groups: [name] }, to)).toEqual([]);
  });

  test("lends a machine of two roles no permission for a role that it does not address", () => {
    for (const { from, to } of edges) {
      const permissions = policy.permissionsFor(subjectOf(from), to);
      for (const other of nodes.filter((one) => one !== to))
        for (const want of [...tasks, ...reads, ...steers]) expect(grantFor(permissions, other, want)).toBeUndefined();
    }
  });

  test("opens exactly the role's own port on each edge, that of the operator API to people alone, and no port without an edge", () => {
    const ports = Object.fromEntries(nodes.map((role, at) => [role, 18_100 + at]));
    const { grants } = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, "").replaceAll(/,(\s*[}\]])/g, "$1")) as {
      grants: { src: string[]; dst: string[]; ip: string[] }[];
    };
    const opened = grants.map(({ src, dst, ip }) => `${src.join()} > ${dst.join()} ${ip.join()}`);
    const written = Object.keys(table).map((edge) => {
      const [from = "", to = ""] = edge.split(" > ");
      const doors = [
        ...(lookers.some((one) => one === from) ? [] : [`tcp:${ports[to]}`]),
        ...(table[edge]?.level === undefined ? [] : ["tcp:18199"]),
      ];
      return `${nameOf(from)} > tag:tasuki-${to} ${doors.join()}`;
    });
    expect(opened.sort()).toEqual(written.sort());
  });
});

describe("a bus with that policy", () => {
  // guarantees: R8.denied
  test.each(nodes)("%s lets everybody do just that, in both spellings", async (to) => {
    await using bus = await startBus(to, { pipeline, policy });
    const differing: string[] = [];
    // No node calls its own bus.
    for (const from of callers.filter((one) => one !== to)) {
      const row = table[`${from} > ${to}`] ?? {};
      const as = from === "ops" ? "operator" : from;
      const judge = async (want: Want, spelling: string, allowed: Promise<boolean>): Promise<void> => {
        const expected = mayBe(row, want) && (want.call !== "upload" || want.bytes <= (caps[want.contract] ?? 64 * mega));
        if ((await allowed) !== expected) differing.push(`${from} > ${to}: ${shown(want)} over ${spelling}`);
      };
      const token = await tokenOf(bus.folder, as);
      for (const want of tasks.filter((one) => one.call === "task")) {
        const envelope = toEnvelope(want.kind, want.signed);
        const send = (path: string, body: unknown): Promise<boolean> =>
          isAllowed(bus.send("POST", path, { as, body: JSON.stringify(body), headers: { "content-type": "application/json" } }), 202);
        await judge(want, "REST", send("/task", envelope));
        await judge(want, "tRPC", send("/trpc/task", { envelope }));
      }
      for (const want of uploads.filter((one) => one.call === "upload"))
        await judge(want, "REST", isAskedFor({ ...bus, token, contract: want.contract, bytes: want.bytes }));
      // The bus decides whether the caller may see any status at all; the handler decides which part.
      await judge({ call: "status", scope: "own" }, "REST", isAllowed(bus.send("GET", "/status", { as }), 200));
      await judge({ call: "status", scope: "own" }, "tRPC", isAllowed(bus.send("GET", "/trpc/status?input=%7B%7D", { as }), 200));
      await judge({ call: "health" }, "REST", isAllowed(bus.send("GET", "/health", { as }), 200));
      await judge({ call: "health" }, "tRPC", isAllowed(bus.send("GET", "/trpc/health", { as }), 200));
    }
    expect(differing).toEqual([]);
  });
});

function toEnvelope(kind: string, signed: boolean) {
  const payload = Buffer.from(JSON.stringify({ kind })).toString("base64");
  return { payload, payloadType: "application/vnd.tasuki.task+json", signatures: signed ? [{ keyid: "k", sig: "c2ln" }] : [] };
}

/** Reads a decision from an answer. An allowed call is answered with 200 or 202, a denied one with 403; any other status is a mistake of this test. */
async function isAllowed(answer: ReturnType<BusFixture["send"]>, success: number): Promise<boolean> {
  const { status, body } = await answer;
  if (status === success || status === 200) return true;
  expect(JSON.stringify({ status, body })).toContain('"not_granted"');
  return false;
}

/** Decision on an upload: the bus asks for its body (RFC 9110, section 10.1.1) once contract and size are granted. */
async function isAskedFor({ host, token, contract, bytes }: { host: string; token: object; contract: string; bytes: number }) {
  const call: ClientRequest = request(`http://${host}/upload?contract=${contract}`, {
    method: "POST",
    agent: false,
    headers: { ...token, expect: "100-continue", "content-type": "application/octet-stream", "content-length": bytes },
  });
  call.on("error", () => undefined);
  call.flushHeaders();
  const answered = once(call, "response") as Promise<[IncomingMessage]>;
  const asked = await Promise.race([once(call, "continue").then(() => true), answered.then(() => false)]);
  if (!asked && ![403, 413, 422].includes((await answered)[0].statusCode ?? 0)) throw new Error("neither asked for nor refused");
  answered.catch(() => undefined);
  call.destroy();
  return asked;
}
