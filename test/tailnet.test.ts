// The relay on a real tailnet: tailscaled on every machine, WireGuard between them, the repository's own policy in force.
import { createHash, randomUUIDv7 } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operatorPort, taskPayloadType } from "@tasuki/protocol";
import { openKeys, signEnvelope } from "@tasuki/evidence";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { findMissing } from "../infra/testbed/find-missing.ts";
import { safety } from "../infra/testbed/open-tailnet.ts";
import { readPolicy, withAllPorts, withGrants } from "../infra/testbed/policy-variants.ts";
import { type Answer, type Call, type Caller, startCaller } from "../infra/testbed/start-caller.ts";
import { roles } from "../infra/testbed/start-nodes.ts";
import { startTestbed, type Testbed } from "../infra/testbed/start-testbed.ts";
import { eventually, finish, repository, tasuki } from "./local-relay.ts";

// `TASUKI_TESTBED_CONTROL=headscale`: the same, with the headscale on PATH.
const control = process.env["TASUKI_TESTBED_CONTROL"] === "headscale" ? "headscale" : "small";
const missing = await findMissing(control);
const why = missing.length === 0 ? "" : `, which this machine can't carry: it lacks ${missing.join("; ")}`;
const hasNft = await finish("nft", ["--version"]).then(
  ({ code }) => code === 0,
  () => false,
);
const withoutNft = hasNft ? "" : ", which this machine can't show: it lacks nft (Debian's nftables)";
const names = roles.map(({ name }) => name);
const tagOf = (role: string) => `tag:tasuki-${role}`;
/** A packet that is dropped; and one to a machine that the policy does not let its own even know of. */
const blocked = ["ETIMEDOUT", "ENETUNREACH"];
const document = join(repository, "docs", "glossary.md");
const brief = "What does the word epoch mean?";

interface Edge {
  readonly from: string;
  readonly to: string;
}

describe.skipIf(missing.length > 0)(`a real tailnet${why}`, () => {
  let testbed: Testbed;
  const stack = new AsyncDisposableStack();
  const callers = new Map<string, Caller>();
  // The first time, tailscaled is built.
  beforeAll(async () => {
    testbed = stack.use(await startTestbed({ onLine: (line) => console.log(line), control }));
    for (const machine of [...names, ...testbed.others]) callers.set(machine, stack.use(await startCaller(testbed.network, machine)));
  }, 1_200_000);
  afterEach(() => {
    const fallen = [...testbed.tailnet.fallen(), ...testbed.nodes.fallen()];
    if (fallen.length > 0) throw new Error(fallen.join("\n\n"));
  });
  afterAll(() => stack.disposeAsync());

  /** Answer that somebody on a machine gets of a role's node. */
  const call = ({ from, to }: Edge, path: string, more: Partial<Call> = {}): Promise<Answer> => {
    const caller = callers.get(from);
    if (caller === undefined) throw new Error(`nobody can call from ${from}`);
    return caller.call({ url: testbed.nodes.urlOf(to) + path, ...more });
  };
  const problem = (answer: Answer) => ("status" in answer ? { ...answer, ...(JSON.parse(answer.body) as { code?: string }) } : answer);
  const refused = async (edge: Edge, path: string, more: Partial<Call> = {}) => problem(await call(edge, path, more));
  const policy = () => readPolicy(testbed.policy);
  const grants = () => policy().grants;
  const opens = (from: string, to: string): boolean =>
    grants().some(({ src, dst }) => dst.includes(tagOf(to)) && src.includes(from === "laptop" ? "group:tasuki-ops" : tagOf(from)));
  const edges = (open: boolean) =>
    [...names, "laptop"].flatMap((from) => names.filter((to) => to !== from && opens(from, to) === open).map((to) => ({ from, to })));
  /** Resolves once the real policy is in force again on every machine. */
  const restorePolicy = async () => {
    await testbed.tailnet.setPolicy(testbed.policy);
    for (const { from, to } of edges(true))
      await eventually(async () => {
        const answer = await call({ from, to }, "/health", { timeoutMs: 3_000 });
        return ("status" in answer && answer.status === 200) || undefined;
      });
  };
  const local = async (role: string, path: string): Promise<unknown> =>
    JSON.parse(
      (await finish("curl", ["-sS", "--unix-socket", join(testbed.nodes.data, role, "bus.sock"), `http://localhost${path}`])).stdout,
    );

  const tailscaled = async (machine: string, path: string): Promise<string> => {
    const url = `http://local-tailscaled.sock/localapi/v0/${path}`;
    return (await finish("curl", ["-sS", "--unix-socket", testbed.tailnet.socketOf(machine), url])).stdout;
  };

  interface RunView {
    readonly state: string;
    readonly stages: readonly { readonly stage: string; readonly rung: string }[];
  }
  const runOf = async (id: string) => ((await local("main", `/status?run=${id}`)) as { run: RunView }).run;
  const startRun = async (): Promise<string> => {
    const { code, stdout, stderr } = await tasuki("run", brief, document, "--data", testbed.nodes.data, "--json");
    if (code !== 0) throw new Error(`tasuki run ended with ${code}: ${stderr}`);
    return (JSON.parse(stdout) as { run: string }).run;
  };
  const untilClosed = (id: string) =>
    eventually(async () => {
      const { state } = await runOf(id);
      return state === "open" || state === "closing" ? undefined : state;
    });
  const untilProduced = (id: string, stage: string) =>
    eventually(async () => (await runOf(id)).stages.some((one) => one.stage === stage && one.rung === "produced") || undefined);

  test("nothing in it can reach the world: no route, no uplink, no public control server, no logs", async () => {
    for (const machine of ["hub", ...names, ...testbed.others]) {
      const devices = (await testbed.network.exec(machine, ["ip", "-o", "link"])).matchAll(/^\d+: ([\w-]+)/gm);
      expect([...devices].map(([, name]) => name).filter((name) => !/^(lo|eth0|tailscale0|br0|v-[a-z]+)$/.test(name ?? ""))).toEqual([]);
      expect(await testbed.network.exec(machine, ["ip", "route", "show", "default"])).toBe("");
      expect(await testbed.network.exec(machine, ["ip", "-6", "route", "show", "default"])).toBe("");
    }
    for (const machine of [...names, ...testbed.others]) {
      const answer = await callers.get(machine)?.call({ url: "http://192.200.0.101/" }); // controlplane.tailscale.com
      expect(answer).toEqual({ error: "ENETUNREACH" });
    }
    expect(testbed.tailnet.pids()).toHaveLength(names.length + 2);
    for (const pid of testbed.tailnet.pids()) {
      const environment = (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
      expect(environment).toEqual(expect.arrayContaining(Object.entries(safety).map(([name, value]) => `${name}=${value}`)));
      expect(environment.filter((one) => /proxy/i.test(one))).toEqual([]);
      expect(await readFile(`/proc/${pid}/cmdline`, "utf8")).toContain("--no-logs-no-support");
    }
  });

  test("a relay closes over WireGuard", async () => {
    expect(await untilClosed(await startRun())).toBe("closed");
    for (const role of names) {
      const { Peer: peers } = JSON.parse(await tailscaled(role, "status")) as {
        Peer: Record<string, { HostName: string; RxBytes: number; TxBytes: number }>;
      };
      const carried = Object.values(peers).filter(
        ({ HostName, RxBytes, TxBytes }) => HostName !== "laptop" && RxBytes > 1_000 && TxBytes > 1_000,
      );
      expect(carried.length, role).toBeGreaterThanOrEqual(2);
    }
  });

  test("each node listens on its own tailnet address, and on no other", async () => {
    for (const { name, port } of [...roles, { name: "main", port: operatorPort }]) {
      const listening = (await testbed.network.exec(name, ["cat", "/proc/net/tcp", "/proc/net/tcp6"]))
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = "", , state]) => state === "0A" && local.endsWith(`:${port.toString(16).toUpperCase()}`))
        .map(([, local = ""]) =>
          local
            .slice(0, 8)
            .match(/../g)
            ?.toReversed()
            .map((byte) => Number.parseInt(byte, 16))
            .join("."),
        );
      expect(listening).toEqual([testbed.tailnet.addressOf(name)]);
    }
  });

  test("a person's machine starts a run over the tailnet and reads what became of it", async () => {
    const text = await readFile(document, "utf8");
    const sha256 = createHash("sha256").update(text).digest("hex");
    const size = Buffer.byteLength(text);
    const upload = await call({ from: "laptop", to: "main" }, "/upload?contract=source", {
      method: "POST",
      headers: { "content-length": `${size}` },
      body: text,
    });
    expect(upload).toMatchObject({ status: expect.toBeOneOf([200, 201]) });
    const body = JSON.stringify({ kind: "run", brief, attachments: [{ name: "S1.md", contract: "source@1", size, sha256 }] });
    const posted = await call({ from: "laptop", to: "main" }, "/task", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(posted).toMatchObject({ status: 202 });
    const { run } = JSON.parse("body" in posted ? posted.body : "") as { run: string };
    const status = await eventually(async () => {
      const answer = await call({ from: "laptop", to: "main" }, `/status?run=${run}`);
      return "body" in answer && answer.body.includes('"state":"closed"') ? answer : undefined;
    });
    expect(status.status).toBe(200);
    expect(((await local("main", `/status?task=${run}`)) as { tasks: object[] }).tasks).toMatchObject([{ from: "ops:ops@example.com" }]);
  });

  // guarantees: R8.operators
  test("a person's machine steers main by its own identity, with the same commands as main's", async () => {
    const program = join(repository, "packages", "operator", "src", "tasuki.ts");
    const asked = (...args: string[]) =>
      testbed.network.exec("laptop", [process.execPath, program, ...args, "--json", "--main", testbed.tailnet.addressOf("main")]);
    const { run } = JSON.parse(await asked("run", brief)) as { run: string };
    const { runs } = JSON.parse(await asked("ls")) as { runs: { id: string }[] };
    expect(runs[0]).toMatchObject({ id: run });
    expect(((await local("main", `/status?task=${run}`)) as { tasks: object[] }).tasks).toMatchObject([{ from: "ops:ops@example.com" }]);
    expect(JSON.parse(await asked("show", run))).toMatchObject({ status: { id: run } });
  });

  // guarantees: R8.denied
  test("with every port open, each forbidden edge is refused by the node, and its connection ended", async () => {
    await testbed.tailnet.setPolicy(withAllPorts(policy()));
    // One after the other: two machines that greet each other at the same instant may need WireGuard's 5 s to sort it out.
    for (const { from, to } of edges(false)) {
      const answer = await eventually(async () => {
        const one = await refused({ from, to }, "/health", { timeoutMs: 3_000, keep: true });
        return "status" in one ? one : undefined;
      });
      expect(answer, `${from} -> ${to}`).toMatchObject({ status: 403, code: "not_granted", closed: true });
    }
    const url = `http://${testbed.tailnet.addressOf("main")}:${operatorPort}/operator/runs`;
    for (const from of names.filter((name) => name !== "main")) {
      const answer = await eventually(async () => {
        const one = await call({ from, to: "main" }, "", { url, timeoutMs: 3_000, keep: true });
        return "status" in one ? one : undefined;
      });
      expect(answer, `${from} -> the operator API`).toMatchObject({
        status: 403,
        body: expect.stringContaining('"not_granted"'),
        closed: true,
      });
    }
  });

  test("with the policy in force, each forbidden edge is blocked by the tailnet, and each granted one works", async () => {
    await restorePolicy();
    expect(edges(false)).toHaveLength(6);
    await Promise.all(
      edges(false).map(async ({ from, to }) => {
        const answer = await eventually(async () => {
          const one = await call({ from, to }, "/health", { timeoutMs: 2_000 });
          return "error" in one ? one : undefined;
        });
        expect(answer, `${from} -> ${to}`).toEqual({ error: expect.toBeOneOf(blocked) });
      }),
    );
    for (const { from, to } of edges(true)) expect(await call({ from, to }, "/health"), `${from} -> ${to}`).toMatchObject({ status: 200 });
    // jp's machine may call main's bus, and its operator API is another port.
    const url = `http://${testbed.tailnet.addressOf("main")}:${operatorPort}/operator/runs`;
    expect(await call({ from: "jp", to: "main" }, "", { url, timeoutMs: 2_000 })).toEqual({ error: expect.toBeOneOf(blocked) });
  });

  test.each([
    { from: "nano", to: "sg", path: "/status" },
    { from: "jp", to: "main", path: "/status" },
    { from: "laptop", to: "sg", path: "/upload?contract=brief" },
    { from: "laptop", to: "jp", path: "/task" },
    { from: "sg", to: "jp", path: "/upload?contract=jp-final" },
    { from: "main", to: "nano", path: "/upload?contract=jp-final" },
  ])("on an open port, $from may not $path on $to", async ({ from, to, path }) => {
    const post: Partial<Call> =
      path === "/status" ? {} : { method: "POST", headers: { "content-type": "application/json", "content-length": "2" }, body: "{}" };
    const answer = await refused({ from, to }, path, post);
    // A contract that the role has nothing to do with is not even known there.
    expect(answer).toMatchObject({ status: expect.toBeOneOf([403, 422]), code: expect.toBeOneOf(["not_granted", "unknown_artifact"]) });
  });

  test("a process of a node's own machine, which is not the node, gets its health and nothing else", async () => {
    expect(await call({ from: "sg", to: "sg" }, "/health")).toMatchObject({ status: 200 });
    expect(await refused({ from: "sg", to: "sg" }, "/status")).toMatchObject({ status: 403, code: "not_granted", closed: true });
  });

  // guarantees: R8.revoked
  test("a revoked grant ends the next request of a connection that is open, and the connection; and a feed that is being followed", async () => {
    const feed = call({ from: "main", to: "jp" }, "/trpc/watch?input=%7B%7D", { timeoutMs: 20_000 });
    const first = await call({ from: "main", to: "jp" }, "/status", { keep: true });
    expect(first).toMatchObject({ status: 200, closed: false });
    const from = "from" in first ? first.from : 0;
    const without = grants().map(({ app, ...grant }) =>
      grant.src.includes(tagOf("main")) && grant.dst.includes(tagOf("jp")) ? grant : { ...grant, ...(app && { app }) },
    );
    await testbed.tailnet.setPolicy(withGrants(policy(), without));
    const last = await eventually(async () => {
      const answer = await refused({ from: "main", to: "jp" }, "/status", { keep: true });
      return "status" in answer && answer.status === 200 && answer.from === from ? undefined : answer;
    });
    expect(last).toMatchObject({ status: 403, code: "not_granted", from, closed: true });
    expect(await feed).toEqual({ error: "ECONNRESET" });
    await restorePolicy();
  });

  test("a node on a machine with another role's tag does not start", async () => {
    const data = join(testbed.nodes.data, "stray");
    await expect(testbed.nodes.start("nano", { machine: "sg", data })).rejects.toThrow(/tag:tasuki-sg.*tag:tasuki-nano/);
  });

  const routePastTailnet = async (machine: string) => {
    const { network, tailnet } = testbed;
    const via = network.addressOf(machine);
    await network.exec("neighbour", ["ip", "route", "replace", `${tailnet.addressOf(machine)}/32`, "via", via]);
  };

  test("a neighbour on the same wire reaches the listener, and gets nothing", async () => {
    const { network, tailnet } = testbed;
    await routePastTailnet("sg");
    expect(await refused({ from: "neighbour", to: "sg" }, "/health")).toMatchObject({ status: 403, code: "peer_unknown", closed: true });
    // The neighbour is not let in, not even in the name of one that would be.
    const localAddress = tailnet.addressOf("nano");
    await network.exec("neighbour", ["ip", "address", "add", `${localAddress}/32`, "dev", "eth0"]);
    expect(await call({ from: "neighbour", to: "sg" }, "/health", { localAddress, timeoutMs: 1_500 })).toEqual({ error: "ETIMEDOUT" });
    await network.exec("neighbour", ["ip", "address", "delete", `${localAddress}/32`, "dev", "eth0"]);
  });

  test.skipIf(!hasNft)(
    `with machine.nft a machine's other users can't call in its name, and a neighbour reaches no port${withoutNft}`,
    async () => {
      const { network, nodes } = testbed;
      const rules = await readFile(join(repository, "infra", "tailnet", "machine.nft"), "utf8");
      // Here the nodes run as root.
      const file = join(nodes.data, "machine.nft");
      await writeFile(file, rules.replace('"tasuki"', "0"));
      const health = (...as: string[]) =>
        network.exec("sg", [...as, "sh", "-c", `curl -s -m 5 -o /dev/null -w '%{http_code}' ${nodes.urlOf("jp")}/health || true`]);
      const nobody = ["setpriv", "--reuid=65534", "--clear-groups"];
      expect([await health(), await health(...nobody)]).toEqual(["200", "200"]);
      await network.exec("sg", ["nft", "-f", file]);
      expect([await health(), await health(...nobody)]).toEqual(["200", "000"]);
      await routePastTailnet("sg");
      expect(await call({ from: "neighbour", to: "sg" }, "/health", { timeoutMs: 1_500 })).toEqual({ error: "ETIMEDOUT" });
      expect(await call({ from: "nano", to: "sg" }, "/health")).toMatchObject({ status: 200 });
      await network.exec("sg", ["nft", "delete", "table", "inet", "tasuki"]);
    },
  );

  test("a tailscaled that hangs leaves it open who is calling: 503, until it answers again", async () => {
    await testbed.tailnet.pause("sg");
    const answer = await eventually(async () => {
      const one = await refused({ from: "neighbour", to: "sg" }, "/health");
      return "status" in one && one.status === 503 ? one : undefined;
    });
    expect(answer).toMatchObject({ code: "identity_unavailable" });
    expect(await local("sg", "/health")).toMatchObject({ identity: { provider: "tailscale", state: "failing" } });
    await testbed.tailnet.resume("sg");
    await eventually(async () =>
      "status" in (await refused({ from: "nano", to: "sg" }, "/health", { timeoutMs: 1_500 })) ? true : undefined,
    );
  });

  test("a machine that vanished from the tailnet is unknown on an open connection, and what is meant for it waits until it is back", async () => {
    const first = await call({ from: "sg", to: "jp" }, "/health", { keep: true });
    expect(first).toMatchObject({ status: 200 });
    await testbed.tailnet.setPolicy(
      withGrants(
        policy(),
        grants().filter(({ src, dst }) => ![...src, ...dst].includes(tagOf("jp"))),
      ),
    );
    const last = await eventually(async () => {
      const answer = await refused({ from: "sg", to: "jp" }, "/health", { keep: true, timeoutMs: 3_000 });
      return "status" in answer && answer.status === 200 ? undefined : answer;
    });
    // Its machine no longer takes packets for it to another: the answer may not come back, but it is no other one.
    expect(last).toSatisfy((answer: typeof last) => "error" in answer || (answer.status === 403 && answer.code === "peer_unknown"));
    const run = await startRun();
    await untilProduced(run, "sg");
    expect((await runOf(run)).state).toBe("open");
    await restorePolicy();
    expect(await untilClosed(run)).toBe("closed");
  });

  test("a restart of tailscaled is survived without a restart of the node", async () => {
    await testbed.tailnet.stop("sg");
    expect(await call({ from: "nano", to: "sg" }, "/health", { timeoutMs: 1_000 })).toHaveProperty("error");
    const run = await startRun();
    await untilProduced(run, "nano");
    await testbed.tailnet.start("sg");
    expect(await untilClosed(run)).toBe("closed");
    expect(testbed.nodes.output("sg").match(/"msg":"the node listens"/g)).toHaveLength(1);
  });

  test("a partition in the middle of a run is cut and healed: the run closes", async () => {
    await testbed.network.setLink("sg", "down");
    const run = await startRun();
    await untilProduced(run, "nano");
    await testbed.network.setLink("sg", "up");
    expect(await untilClosed(run)).toBe("closed");
  });

  // headscale gives a machine its address for good.
  test.skipIf(control === "headscale")("when a machine's address changes, its node listens there, and no longer where it was", async () => {
    const nano = callers.get("nano");
    const { port } = new URL(testbed.nodes.urlOf("sg"));
    const healthAt = (address: string) => nano?.call({ url: `http://${address}:${port}/health`, timeoutMs: 1_500 });
    const before = testbed.tailnet.addressOf("sg");
    await testbed.tailnet.setPolicy(JSON.stringify({ ...policy(), addresses: { sg: "100.64.0.77" } }));
    const answer = await eventually(async () => {
      const one = await healthAt("100.64.0.77");
      return one !== undefined && "status" in one ? one : undefined;
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(await healthAt(before)).toEqual({ error: expect.toBeOneOf(blocked) });
    expect(testbed.nodes.output("sg")).toContain("the listener moves there");
    await restorePolicy();
    expect(await untilClosed(await startRun())).toBe("closed");
  });

  test("two roles on one machine close a run, each task with its own role's permissions, whatever the machine is granted", async () => {
    const { nodes, sharing } = testbed;
    await nodes.share("shared", sharing);
    expect(await untilClosed(await startRun())).toBe("closed");

    const send = async (from: string, to: string, signer = from) => {
      const run = randomUUIDv7();
      const task = { v: 1, id: randomUUIDv7(), kind: "work", run, stage: to, epoch: 1, from, to, attachments: [] };
      const { receipt } = await openKeys(join(nodes.data, signer, "keys"));
      const body = JSON.stringify(signEnvelope(Buffer.from(JSON.stringify(task)), taskPayloadType, receipt));
      const headers = { "content-type": "application/json" };
      const answer = await refused({ from: "shared", to }, "/task", { method: "POST", headers, body });
      return "code" in answer ? answer.code : answer;
    };
    // Both are granted to the machine: to hand on to sg as nano, and to main as jp.
    expect(await send("nano", "main")).toBe("not_granted");
    expect(await send("jp", "sg")).toBe("not_granted");
    expect(await send("jp", "main", "nano")).toBe("signature_invalid");
    // The fault of these is something else than who sends them: there is no such run, and main has given none out.
    expect(await send("jp", "main")).toBe("not_found");
    expect(await send("nano", "sg")).toBe("unavailable");

    // The calls towards the machine, too: sg hands on to jp, and has nothing to do with nano.
    expect(await call({ from: "sg", to: "jp" }, "/health")).toMatchObject({ status: 200 });
    expect(await call({ from: "sg", to: "nano" }, "/health", { timeoutMs: 1_500 })).toEqual({ error: expect.toBeOneOf(blocked) });
    await testbed.tailnet.setPolicy(withAllPorts(policy()));
    const answer = await eventually(async () => {
      const one = await refused({ from: "sg", to: "nano" }, "/health", { timeoutMs: 1_500 });
      return "status" in one ? one : undefined;
    });
    expect(answer).toMatchObject({ status: 403, code: "not_granted" });
    await restorePolicy();
  });

  test("without the control server the relay goes on", async () => {
    const isHeard = async () => (JSON.parse(await tailscaled("sg", "status?peers=false")) as { Self: { Online: boolean } }).Self.Online;
    expect(await isHeard()).toBe(true);
    await testbed.tailnet.stopControl();
    // The answer of `isHeard` is what a node goes by, where that lasts too long.
    await eventually(async () => !(await isHeard()) || undefined);
    expect(await untilClosed(await startRun())).toBe("closed");
  });
});
