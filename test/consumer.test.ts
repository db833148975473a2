import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually, repository, startLocalRelay, tasuki } from "./local-relay.ts";

function pathOf(command: string): string | undefined {
  try {
    return execFileSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

const python = pathOf("python3");

test.skipIf(python === undefined)("a relay in which a Python script is sg closes (skipped where there is no python3)", async () => {
  await using relay = await startLocalRelay(async (data) => {
    // The first start makes the folders; the executor is the operator's to configure before or after.
    await tasuki("dev", "--data", data, "--prepare");
    const path = join(data, "sg", "config.jsonc");
    const config = await readFile(path, "utf8");
    const executor = { kind: "command", name: "sg-consumer", argv: [python, join(repository, "examples/consumers/sg_consumer.py")] };
    await mkdir(join(data, "sg"), { recursive: true });
    await writeFile(path, config.replace(/"executor": \{[^}]*\}/, `"executor": ${JSON.stringify(executor)}`));
  });
  const started = await tasuki(
    "run",
    "What is a receipt? When is a task accepted?",
    join(repository, "README.md"),
    join(repository, "docs/glossary.md"),
    "--data",
    relay.data,
    "--json",
  );
  const { run } = JSON.parse(started.stdout) as { run: string };
  const stages = await eventually(async () => {
    const status = (
      (await relay.curl("main", `/status?run=${run}`)).body as {
        run: { state: string; stages: { stage: string; producer?: string; block?: unknown }[] };
      }
    ).run;
    const blocked = status.stages.find((stage) => stage.block);
    if (blocked) console.log(JSON.stringify(blocked));
    return status.state === "closed" ? status.stages : undefined;
  });
  const producers = Object.fromEntries(stages.map(({ stage, producer }) => [stage, producer]));
  expect(producers).toMatchObject({ nano: "embedded/1", sg: "command:sg-consumer", jp: "embedded/1" });
});
