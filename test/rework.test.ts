// Work that comes back, over real processes: agents of nano, sg and jp that send it back, mend it, and ask.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunStatus } from "@tasuki/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, finish, type LocalRelay, repository, startLocalRelay, tasuki } from "./local-relay.ts";
import { stageOf } from "./mixed-relay.ts";

let relay: LocalRelay;
let seen: string;

beforeAll(async () => {
  seen = await mkdtemp(join(tmpdir(), "tasuki-seen-"));
  relay = await startLocalRelay(async (data) => {
    await tasuki("dev", "--data", data, "--prepare");
    const argv = [process.execPath, join(import.meta.dirname, "rework/agent.ts")];
    const executor = JSON.stringify({ kind: "command", name: "agent", argv, env: { set: { SEEN: seen } } });
    for (const role of ["nano", "sg", "jp"]) {
      const path = join(data, role, "config.jsonc");
      const config = await readFile(path, "utf8");
      await writeFile(
        path,
        config.replace(/"executor": \{[^}]*\}/, () => `"executor": ${executor}`),
      );
    }
  });
});
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
  await rm(seen, { recursive: true, force: true });
});

async function startRun(brief: string, ...more: string[]): Promise<string> {
  const { stdout, stderr } = await tasuki("run", brief, join(repository, "docs/glossary.md"), "--data", relay.data, "--json", ...more);
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { run: string }).run;
}

function until(run: string, wanted: (status: RunStatus) => boolean): Promise<RunStatus> {
  return eventually(async () => {
    const { run: status } = (await relay.curl("main", `/status?run=${run}`)).body as { run: RunStatus };
    return wanted(status) ? status : undefined;
  });
}

interface Given {
  readonly stage: string;
  readonly epoch: number;
  readonly in: readonly string[];
  readonly noted: string;
}
/** Inputs of the agents of a run, in their order. */
async function givenTo(run: string): Promise<readonly Given[]> {
  const lines = (await readFile(join(seen, `${run}.jsonl`), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Given);
}

const closed = ({ state }: RunStatus): boolean => state === "closed";
const decided = ({ stages }: RunStatus): boolean => stages.some(({ block }) => block?.kind === "decision");

// guarantees: R4.sent-back
test("sg's rework goes back to nano with the review and what it asks for; the archive and show have every round", async () => {
  const run = await startRun("What is a receipt? (rework 1 times)");
  const status = await until(run, closed);
  expect(status.stages.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
  expect(status.rounds).toMatchObject([{ by: "sg", to: "nano", decision: "rework", stages: [{ epoch: 1 }, { epoch: 1 }] }]);
  const [first, , again] = await givenTo(run);
  expect(first?.in).not.toContain("sg-review.md");
  expect(again).toMatchObject({ stage: "nano", epoch: 2, in: expect.arrayContaining(["sg-review.md", "notes.md"]) });
  expect(again?.noted).toMatch(/# request to nano by sg at .*\n\n> find the second edition\n/);

  const archive = join(relay.data, "main/archive", run);
  await eventually(async () => existsSync(join(archive, "SUMMARY.md")) || undefined);
  expect((await readdir(join(archive, "rounds/1"))).toSorted()).toEqual(["candidate-list.md", "de-raw-output.txt", "sg-review.md"]);
  expect(await readFile(join(archive, "rounds/1/sg-review.md"), "utf8")).toContain("decision: rework");
  expect(await readFile(join(archive, "sg-review.md"), "utf8")).toContain("decision: converged");
  const sums = await finish("sha256sum", ["-c", "--quiet", "manifest-sha256.txt"], { cwd: archive });
  expect(sums).toMatchObject({ code: 0, stdout: "" });
  for (const { receipts } of status.rounds?.[0]?.stages ?? []) {
    expect(receipts).not.toEqual([]);
    for (const receipt of receipts) expect(existsSync(join(archive, "evidence", `${receipt}.json`))).toBe(true);
  }
  const shown = await tasuki("show", run, "--data", relay.data);
  expect(shown.stdout).toMatch(/round +1 of 2: sg decided 'rework'; back to nano\n +asked for: find the second edition\n/);
});

test("what jp returns goes back to sg with the text, from there to nano with what is asked for, and closes", async () => {
  const run = await startRun("What is a receipt? (return 1 times)");
  const status = await until(run, (one) => closed(one) || decided(one));
  expect(status.rounds).toMatchObject([
    { by: "jp", to: "sg", decision: "returned" },
    { by: "sg", to: "nano", decision: "rework" },
  ]);
  const again = (await givenTo(run)).find(({ stage, epoch }) => stage === "sg" && epoch === 2);
  expect(again?.in).toEqual(expect.arrayContaining(["jp-final.txt", "notes.md"]));
  expect(again?.noted).toContain("> settle which edition counts");
  expect((await givenTo(run)).at(-3)).toMatchObject({
    stage: "nano",
    epoch: 3,
    noted: expect.stringContaining("> for jp: settle which edition"),
  });
  expect([status.state, ...status.stages.map(({ epoch }) => epoch)]).toEqual(["closed", 3, 3, 3]);
});

// guarantees: R5.told
test("a node that has stopped while its run closes is named by every surface, and so is its return", async () => {
  const run = await startRun("What is a receipt? (waits)");
  await until(run, (one) => stageOf(one, "sg").rung === "verified");
  const sg = await relay.pid("sg");
  const watched = tasuki("watch", run, "--data", relay.data);
  process.kill(sg, "SIGSTOP");
  try {
    await writeFile(join(seen, "go"), "");
    await until(run, ({ state, awaits }) => state === "closing" && awaits.join() === "sg");
    const closing = performance.now();
    await until(run, ({ unreachable = [] }) => unreachable.join() === "sg");
    console.log(`a stopped node was named ${((performance.now() - closing) / 1000).toFixed(1)} s after its run began to wait for it`);
    const surfaces = await Promise.all(
      [["show", run], ["nudge", run], ["ls"], ["nodes"]].map((words) => tasuki(...words, "--data", relay.data)),
    );
    const said = surfaces.map(({ stdout, stderr }) => stdout + stderr);
    expect(said).toEqual([
      expect.stringContaining("awaits 'archived' of sg; sg does not answer main"),
      expect.stringContaining("sg does not answer main"),
      expect.stringContaining("awaits sg, which does not answer"),
      expect.stringMatching(/sg +unreachable/),
    ]);
  } finally {
    process.kill(sg, "SIGCONT");
  }
  await until(run, closed);
  expect((await watched).stderr).toContain("awaits 'archived' of sg; sg does not answer main");
});

test("a run whose rounds are used up waits for a person, who can send it back with a note", async () => {
  const run = await startRun("What is a receipt? (rework 2 times)", "--rounds", "1");
  const status = await until(run, decided);
  expect(stageOf(status, "sg").block).toMatchObject({
    reason: expect.stringContaining("the work of this run goes back by itself at most once"),
  });
  expect((await tasuki("retry", run, "--note", "the one of 2024", "--data", relay.data)).code).toBe(0);
  expect((await until(run, closed)).epoch).toBe(3);
  const last = (await givenTo(run)).findLast(({ stage }) => stage === "nano");
  expect(last?.noted).toMatch(/# note to nano by .*\n\n> the one of 2024\n/);
});

test("a round that changes nothing blocks at once", async () => {
  const run = await startRun("What is a receipt? (rework 2 times, stubborn)");
  const status = await until(run, decided);
  expect(stageOf(status, "sg").block?.reason).toBe("sg decided 'rework', and nano has made the very files that were sent back before");
  expect(status.epoch).toBe(2);
});

// guarantees: R5.repair
test("a prefaced and fenced output is mended by its author, without a person", async () => {
  const run = await startRun("What is a receipt? (careless)");
  expect((await until(run, closed)).epoch).toBe(1);
  const calls = (await givenTo(run)).filter(({ stage }) => stage === "sg");
  expect(calls.map(({ noted }) => noted === "")).toEqual([true, false]);
  expect(calls[1]?.noted).toContain("> - sg-review.md line 1: ");
});

test("a question waits for an answer, which its author reads, also when it is handed on in a later round; and the run closes", async () => {
  const run = await startRun("What is a receipt? (asks, return 2 times)");
  const status = await until(run, ({ stages }) => stages.some(({ block }) => block?.kind === "question"));
  expect(stageOf(status, "jp").block).toMatchObject({ needs: "an answer", clearsWith: `tasuki answer ${run} "TEXT"` });
  expect(stageOf(status, "jp").block?.reason).toBe("jp asks: Which edition counts?");
  expect((await tasuki("answer", run, "the second", "--data", relay.data)).code).toBe(0);
  await until(run, closed);
  const [, , asked, answered, again, ...more] = (await givenTo(run)).map(({ stage, epoch, noted }) => ({ stage, epoch, noted }));
  const last = more.at(-1);
  expect([asked, more.map(({ stage, epoch }) => `${stage} ${epoch}`)]).toEqual([
    { stage: "jp", epoch: 1, noted: "" },
    ["nano 4", "sg 4", "jp 4"],
  ]);
  const answer = expect.stringMatching(/# answer to jp by .*\n\n> the second\n/);
  expect([answered, last]).toEqual([2, 4].map((epoch) => ({ stage: "jp", epoch, noted: answer })));
  // Notes for jp are not shown to nano and sg, which hand them on.
  for (const one of [again, ...more.slice(0, -1)]) expect(one?.noted).not.toContain("answer");
  expect((await tasuki("answer", run, "again", "--data", relay.data)).stderr).toContain(`no stage of run ${run} asks anything`);
});
