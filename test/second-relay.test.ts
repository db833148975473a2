// A relay of two roles that the engine has never heard of, a bakery, over real processes in a tree that the shipped relay is not in.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunStatus } from "@tasuki/protocol";
import { writePolicy } from "@tasuki/bus";
import { freePorts } from "@tasuki/bus/testing";
import { introduceNodes } from "@tasuki/node/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { succeed } from "./copy-repository.ts";
import { eventually, finish, repository } from "./local-relay.ts";
import { createNodeProcesses, type NodeProcesses } from "./node-processes.ts";
import { copyEngine, type EngineCopy } from "./second-relay/copy-engine.ts";
import { bakery } from "./second-relay/relay.ts";

const roles = ["main", "mixer", "baker"];
let engine: EngineCopy;
let data: string;
let nodes: NodeProcesses;

beforeAll(async () => {
  engine = await copyEngine();
  data = join(engine.root, ".tasuki");
  const policy = join(engine.root, "policy.hujson");
  await writeFile(policy, writePolicy({ pipeline: bakery, people: { ops: ["ops@example.com"] } }));
  await introduceNodes(data, roles);
  const ports = await freePorts(roles);
  const mixer = { kind: "command", name: "bowl", argv: ["/bin/sh", join(engine.relay, "mix.sh")] };
  for (const role of roles) {
    const roster = Object.fromEntries(
      [...ports].filter(([one]) => one !== role).map(([one, port]) => [one, { url: `http://127.0.0.1:${port}` }]),
    );
    const config = { listen: { port: ports.get(role) }, roster, limits: { attempts: 1 }, ...(role === "mixer" && { executor: mixer }) };
    await mkdir(join(data, role), { recursive: true });
    await writeFile(join(data, role, "config.jsonc"), JSON.stringify(config));
  }
  nodes = createNodeProcesses(data);
  await Promise.all(roles.map((role) => nodes.start(role, join(engine.relay, `${role}.ts`), { TASUKI_POLICY: policy, NODE_PATH: "" })));
});
afterAll(async () => {
  await nodes?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

async function order(brief: string, more: object = {}): Promise<string> {
  const { status, body } = await nodes.post("main", "/task", { kind: "run", brief, ...more });
  expect([status, body]).toEqual([202, expect.anything()]);
  return (body as { run: string }).run;
}

const until = (run: string, wanted: (run: RunStatus) => boolean): Promise<RunStatus> =>
  eventually(async () => {
    const { body } = await nodes.curl("main", `/status?run=${run}`);
    const status = (body as { run: RunStatus }).run;
    return wanted(status) ? status : undefined;
  });
/** The block of a run's stage, once there is one. */
async function blockOf(run: string, stage: string): Promise<RunStatus["block"]> {
  const blockIn = ({ stages }: RunStatus) => stages.find((one) => one.stage === stage)?.block;
  return blockIn(await until(run, (status) => blockIn(status) !== undefined));
}

test("nothing of the shipped relay can be loaded where the processes run", async () => {
  const shipped = ["@tasuki/contracts/relay", "@tasuki/contracts/artifacts/brief", "@tasuki/finder"];
  const script = `for (const name of ${JSON.stringify(shipped)}) console.log(await import(name).then(() => "loaded", ({ code }) => code))`;
  const loadIn = async (cwd: string): Promise<readonly string[]> => {
    const { stdout } = await finish(process.execPath, ["--input-type=module", "--eval", script], { cwd, env: { NODE_PATH: "" } });
    return stdout.trim().split("\n");
  };
  expect(await loadIn(repository)).toEqual(shipped.map(() => "loaded"));
  const folders = [...engine.packages.map((path) => join(engine.root, path)), engine.relay];
  expect(await Promise.all(folders.map(loadIn))).toEqual(folders.map(() => shipped.map(() => "ERR_MODULE_NOT_FOUND")));
});

test("an order with a note becomes bread, and every node has archived the same bundle", async () => {
  const note = "Not too salt, please.\n";
  const upload = ["-H", "content-type: application/octet-stream", "--data-binary", note];
  const blob = (await nodes.curl("main", "/upload?contract=source", ...upload)).body as { sha256: string; size: number };
  const attachments = [{ name: "S1.md", contract: "source@1", label: "a note", sha256: blob.sha256, size: blob.size }];
  const run = await order("2 loaves of rye", { profile: "soft", attachments });
  const { bundle, stages, profile } = await until(run, ({ state }) => state === "closed");
  expect(profile).toBe("soft");
  expect(stages.map(({ stage, rung, producer }) => [stage, rung, producer])).toEqual([
    ["mixer", "verified", "command:bowl"],
    ["baker", "verified", "app:baker"],
  ]);

  const { artifacts } = (await nodes.curl("main", `/status?run=${run}&include=artifacts`)).body as {
    artifacts: { name: string; text: string }[];
  };
  const texts = Object.fromEntries(artifacts.map(({ name, text }) => [name, text]));
  expect(texts).toMatchObject({
    "order.txt": "2 loaves of rye\n", // as main writes what it has read
    "note1.txt": note,
    "dough.txt": `contract: dough@1\ngrain: rye\ngrams: 1000\n\n${note}`,
    "bread.txt": `contract: bread@1\noutcome: risen\ncrust: soft\n\n2 of rye, ${note}`,
  });
  expect(JSON.parse(texts["run.json"] ?? "")).toMatchObject({
    profile: "soft",
    sources: [{ id: "S1", label: "a note", text: { name: "note1.txt" } }],
    route: [
      { role: "mixer", consumes: ["run", "order", "note"], produces: ["dough"] },
      { role: "baker", consumes: ["run", "order", "dough"], produces: ["bread"] },
    ],
    versions: { run: 1, order: 1, note: 1, dough: 1, bread: 1 },
  });
  for (const role of roles) {
    const archive = join(data, role, "archive", run);
    // An archive is whole once its summary is there.
    const summary = await eventually(() => readFile(join(archive, "SUMMARY.md"), "utf8"));
    expect([role, summary]).toEqual([role, expect.stringContaining(String(bundle))]);
    await succeed(
      finish("sha256sum", ["--check", "--quiet", "manifest-sha256.txt"], { cwd: archive }),
      `sha256sum in the archive of ${role}`,
    );
  }
});

test("a run is asked to keep one of the relay's own profiles: another is refused, and these are named", async () => {
  const { status, body } = await nodes.post("main", "/task", { kind: "run", brief: "2 loaves of rye", profile: "cited" });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    detail: "This relay has no profile 'cited'; it has: crisp, soft.",
    unmet: [{ path: "profile", got: "cited" }],
  });
});

test("a brief is read as an order: one that is none is refused, and it is said how to write one", async () => {
  const { status, body } = await nodes.post("main", "/task", { kind: "run", brief: "What is a receipt?" });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    unmet: [{ file: "order.txt", expected: "an order, such as '2 loaves of rye'", got: "What is a receipt?" }],
  });
});

test("dough that is not what was ordered does not pass the mixer's gate, and is handed to nobody", async () => {
  const run = await order("12 loaves of rye");
  const block = await blockOf(run, "mixer");
  expect(block?.unmet).toEqual([{ file: "dough.txt", path: "grams", expected: "6000", got: "5000", fix: "weigh out 500 for each loaf" }]);
  expect((await until(run, () => true)).stages.map(({ rung }) => rung)).toEqual(["started", "waiting"]);
});

test("bread that the baker decided to be flat blocks the run for a person's decision, in the baker's own word", async () => {
  const run = await order("2 loaves of rice");
  const block = await blockOf(run, "baker");
  expect(block).toMatchObject({
    reason: "baker decided 'flat', and handed nothing on",
    needs: "a decision: do the stage before baker again, or cancel the run",
    owner: "operator",
  });
  const { state, stages } = await until(run, ({ stages: [mixer] }) => mixer?.rung === "verified");
  expect([state, stages.map(({ rung }) => rung)]).toEqual(["open", ["verified", "produced"]]);
});
