// Old and new releases in one relay of real processes: the new one has candidate-list in version 2, and reads and writes version 1 too.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifactOf } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyRepository, type RepositoryCopy, succeed } from "./copy-repository.ts";
import { eventually, finish, freePortBase, repository, roles, tasuki } from "./local-relay.ts";

const artifact = "packages/contracts/src/artifacts/candidate-list";
/** The roles that read or write the candidate list, whose versions a run is pinned by. */
const concerned = relay.roles
  .filter(({ consumes, produces }) => [...consumes, ...produces].some((slot) => artifactOf(slot).name === "candidate-list"))
  .map(({ name }) => name);
let folder: string;
let data: string;
let next: RepositoryCopy;
const running = new Map<string, ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-upgrade-"));
  data = join(folder, ".tasuki");
  next = await copyRepository();
  const second = await readFile(join(repository, "test/upgrade/candidate-list.ts"), "utf8");
  await next.write({ [`${artifact}-1.ts`]: await readFile(join(repository, `${artifact}.ts`), "utf8"), [`${artifact}.ts`]: second });
  await succeed(tasuki("dev", "--prepare", "--data", data, "--port-base", String(await freePortBase())), "tasuki dev --prepare");
  await Promise.all(roles.map((role) => start(repository, role)));
});
afterAll(async () => {
  await Promise.all([...running.keys()].map(stop));
  await next?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Health {
  readonly contracts: { readonly reads: Record<string, number[]>; readonly writes: Record<string, number[]> };
}

async function get<Body>(role: string, path: string): Promise<Body> {
  const { stdout } = await finish("curl", ["-sSf", "--unix-socket", join(data, role, "bus.sock"), `http://localhost${path}`]);
  return JSON.parse(stdout) as Body; // by this very repository
}

/** Starts a role's node of a release, and resolves when it is healthy. */
async function start(release: string, role: string): Promise<void> {
  const child = spawn(process.execPath, [join(release, "apps", role, "src/main.ts")], {
    env: { ...process.env, TASUKI_DATA: join(data, role) },
    stdio: "ignore",
  });
  running.set(role, child);
  await eventually(() => get<Health>(role, "/health"));
}

async function stop(role: string): Promise<void> {
  const child = running.get(role);
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function replace(role: string, release: string): Promise<void> {
  await stop(role);
  await start(release, role);
}

async function startRun(): Promise<string> {
  const started = await tasuki("run", "What is a receipt?", join(repository, "docs/glossary.md"), "--data", data, "--json");
  if (started.code !== 0) throw new Error(started.stderr);
  return (JSON.parse(started.stdout) as { run: string }).run;
}

interface Stage {
  readonly stage: string;
  readonly rung: string;
  readonly outputs: readonly { readonly contract: string }[];
}
interface Run {
  readonly state: string;
  readonly block?: { readonly reason: string };
  readonly stages: readonly Stage[];
}
const read = async (run: string): Promise<Run> => (await get<{ run: Run }>("main", `/status?run=${run}`)).run;

/** The version of the candidate list that a run was pinned to, once it has closed. */
async function closed(run: string): Promise<string | undefined> {
  return eventually(async () => {
    const { state, stages } = await read(run);
    const outputs = stages.flatMap((stage) => stage.outputs.map(({ contract }) => contract));
    return state === "closed" ? outputs.find((contract) => contract.startsWith("candidate-list@")) : undefined;
  });
}

const inFlight = (run: string, role: string): Promise<true> =>
  eventually(
    async () => role === "main" || (await read(run)).stages.some(({ stage, rung }) => stage === role && rung !== "waiting") || undefined,
  );

/** Main has seen what a node of the new release writes or reads. */
const hasSeen = (role: string, versions: readonly number[]): Promise<true> =>
  eventually(async () => {
    const { nodes } = JSON.parse((await tasuki("nodes", "--data", data, "--json")).stdout) as {
      nodes: { role: string; health?: Health }[];
    };
    const contracts = nodes.find((node) => node.role === role)?.health?.contracts;
    const known = contracts?.writes["candidate-list"] ?? contracts?.reads["candidate-list"];
    return JSON.stringify(known) === JSON.stringify(versions) || undefined;
  });

test.each(roles)("%s is upgraded first, with a run in flight: that run and the next close, on the old version", async (role) => {
  const before = await startRun();
  await inFlight(before, role);
  await replace(role, next.root);
  const after = await startRun();
  expect([await closed(before), await closed(after)]).toEqual(["candidate-list@1", "candidate-list@1"]);
  await replace(role, repository);
});

// guarantees: R10.upgrade
test("one after the other is upgraded, with a run in flight at each; what begins then is on the new version", async () => {
  const runs: string[] = [];
  for (const role of roles) {
    runs.push(await startRun());
    await replace(role, next.root);
  }
  expect(new Set(await Promise.all(runs.map(closed)))).toEqual(new Set(["candidate-list@1"]));
  await Promise.all(concerned.map((role) => hasSeen(role, [1, 2])));
  expect(await closed(await startRun())).toBe("candidate-list@2");
});

test("without a common version a run does not begin, and says which node has which", async () => {
  const path = `${artifact}.ts`;
  const second = await readFile(join(next.root, path), "utf8");
  await next.write({ [path]: second.replace(/\n *fromCurrent: .*/, "") });
  await replace("nano", next.root);
  await replace("sg", repository);
  await hasSeen("nano", [2]);
  await hasSeen("sg", [1]);
  const run = await startRun();
  const { block, stages } = await eventually(async () => {
    const found = await read(run);
    return found.block === undefined ? undefined : found;
  });
  expect(block?.reason).toMatch(
    /no version of contract 'candidate-list'.*main reads \{1, 2\}; node nano writes \{2\}; node sg reads \{1\}/,
  );
  expect(stages.map(({ rung }) => rung)).toEqual(roles.slice(1).map(() => "waiting"));
});
