// Old and new releases in one relay of real processes: the new one has candidate-list in version 2, and reads and writes version 1 too.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactOf } from "@tasuki/protocol";
import { relay as pipeline } from "@tasuki/contracts/relay";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyRepository, type RepositoryCopy } from "./copy-repository.ts";
import { eventually, repository, roles, tasuki } from "./local-relay.ts";
import { type MixedRelay, openMixedRelay, stageOf } from "./mixed-relay.ts";

const artifact = "packages/contracts/src/artifacts/candidate-list/candidate-list";
/** The roles that read or write the candidate list, whose versions a run is pinned by. */
const concerned = pipeline.roles
  .filter(({ consumes, produces }) => [...consumes, ...produces].some((slot) => artifactOf(slot).name === "candidate-list"))
  .map(({ name }) => name);
let relay: MixedRelay;
let next: RepositoryCopy;

beforeAll(async () => {
  next = await copyRepository();
  const second = await readFile(join(repository, "test/upgrade/candidate-list.ts"), "utf8");
  await next.write({ [`${artifact}-1.ts`]: await readFile(join(repository, `${artifact}.ts`), "utf8"), [`${artifact}.ts`]: second });
  relay = await openMixedRelay(repository);
  await Promise.all(roles.map((role) => relay.start(role, repository)));
});
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
  await next?.[Symbol.asyncDispose]();
});

/** The version of the candidate list that a run was pinned to, once it has closed. */
async function closed(run: string): Promise<string | undefined> {
  const { stages } = await relay.until(run, ({ state }) => state === "closed");
  return stages
    .flatMap(({ outputs }) => outputs.map(({ contract }) => contract))
    .find((contract) => contract.startsWith("candidate-list@"));
}

const inFlight = (run: string, role: string): Promise<unknown> =>
  relay.until(run, (status) => role === "main" || stageOf(status, role).rung !== "waiting");

interface Health {
  readonly contracts: { readonly reads: Record<string, number[]>; readonly writes: Record<string, number[]> };
}

/** Main has seen what a node of the new release writes or reads. */
const hasSeen = (role: string, versions: readonly number[]): Promise<true> =>
  eventually(async () => {
    const { nodes } = JSON.parse((await tasuki("nodes", "--data", relay.data, "--json")).stdout) as {
      nodes: { role: string; health?: Health }[];
    };
    const contracts = nodes.find((node) => node.role === role)?.health?.contracts;
    const known = contracts?.writes["candidate-list"] ?? contracts?.reads["candidate-list"];
    return JSON.stringify(known) === JSON.stringify(versions) || undefined;
  });

test.each(roles)("%s is upgraded first, with a run in flight: that run and the next close, on the old version", async (role) => {
  const before = await relay.startRun();
  await inFlight(before, role);
  await relay.replace(role, next.root);
  const after = await relay.startRun();
  expect([await closed(before), await closed(after)]).toEqual(["candidate-list@1", "candidate-list@1"]);
  await relay.replace(role, repository);
});

// guarantees: R10.upgrade
test("one after the other is upgraded, with a run in flight at each; what begins then is on the new version", async () => {
  const runs: string[] = [];
  for (const role of roles) {
    runs.push(await relay.startRun());
    await relay.replace(role, next.root);
  }
  expect(new Set(await Promise.all(runs.map(closed)))).toEqual(new Set(["candidate-list@1"]));
  await Promise.all(concerned.map((role) => hasSeen(role, [1, 2])));
  expect(await closed(await relay.startRun())).toBe("candidate-list@2");
});

test("without a common version a run does not begin, and says which node has which", async () => {
  const path = `${artifact}.ts`;
  const second = await readFile(join(next.root, path), "utf8");
  await next.write({ [path]: second.replace(/\n *fromCurrent: .*/, "") });
  await relay.replace("nano", next.root);
  await relay.replace("sg", repository);
  await hasSeen("nano", [2]);
  await hasSeen("sg", [1]);
  const run = await relay.startRun();
  const { block, stages } = await relay.until(run, (status) => status.block !== undefined);
  expect(block?.reason).toMatch(
    /no version of contract 'candidate-list'.*main reads \{1, 2\}; node nano writes \{2\}; node sg reads \{1\}/,
  );
  expect(stages.map(({ rung }) => rung)).toEqual(roles.slice(1).map(() => "waiting"));
});
