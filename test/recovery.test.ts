import { spawn } from "node:child_process";
import { randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually, repository, roles, startLocalRelay, tasuki } from "./local-relay.ts";

const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/glossary.md"].map((path) => join(repository, path));
const brief = "What is a receipt? What happens when a node dies? Which verbs does the bus have?";

async function startRun(data: string): Promise<string> {
  const { code, stdout, stderr } = await tasuki("run", brief, ...documents, "--data", data, "--json");
  if (code !== 0) throw new Error(`tasuki run ended with ${code}: ${stderr}`);
  return (JSON.parse(stdout) as { run: string }).run;
}

// guarantees: R10.reopen
test.each(roles)("a run closes though %s is killed in the middle of it", async (role) => {
  await using relay = await startLocalRelay();
  const run = await startRun(relay.data);
  const stage = role === "main" ? "nano" : role;
  await eventually(async () => {
    const { body } = await relay.curl("main", `/status?run=${run}`);
    const found = (body as { run?: { stages: { stage: string; rung: string }[] } }).run?.stages.find((each) => each.stage === stage);
    return found && found.rung !== "waiting" ? true : undefined;
  });
  process.kill(await relay.pid(role), "SIGKILL");
  await eventually(
    async () => ((await relay.curl("main", `/status?run=${run}`)).body as { run: { state: string } }).run.state === "closed" || undefined,
  );
  expect(relay.output()).toMatch(new RegExp(`${role}.*(restart|start).*`, "i"));
  const final = await tasuki("artifacts", run, "jp-final.txt", "--data", relay.data);
  expect(final.stdout).toMatch(/^- contract: jp-final@2$/m);
});

// guarantees: R10.reopen
test("processes that a killed node left behind are ended when it starts again: of its work, and of main's extractor and checks", async () => {
  const [task, check] = [randomUUIDv7(), randomUUIDv7()];
  const strays = [`${task}.1`, check, `${task}.2`].map((attempt) =>
    spawn("sleep", ["600"], { env: { PATH: process.env["PATH"], TASUKI_ATTEMPT: attempt } }),
  );
  const endings = strays.map((stray) => once(stray, "exit"));
  await using relay = await startLocalRelay(async (data) => {
    for (const folder of [`main/work/${task}/1/out`, `main/work/verify-${check}/in`, `nano/work/${task}/2/out`])
      await mkdir(join(data, folder), { recursive: true });
  });
  expect((await Promise.all(endings)).map(([, signal]) => signal)).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
  await eventually(async () => ((await readdir(join(relay.data, "main", "work"))).length === 0 ? true : undefined));
});

test("a second process on a node's data folder is refused, and the first goes on", async () => {
  await using relay = await startLocalRelay();
  const second = await tasuki("start", "nano", "--data", relay.data);
  expect(second.code).not.toBe(0);
  expect(second.stderr + second.stdout).toContain(join(relay.data, "nano"));
  expect((await relay.curl("nano", "/health")).status).toBe(200);
  expect(await readFile(`/proc/${await relay.pid("nano")}/cmdline`, "utf8")).toContain("apps/nano");
});
