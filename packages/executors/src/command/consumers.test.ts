import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnyRole, type Documents, type Execution, readDocuments, sha256Of } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { expect, test } from "vitest";
import { createExecutor } from "../create-executor.ts";
import { openStageFolder, testContext } from "../stage/stage-fixture.ts";

const consumers = join(import.meta.dirname, "../../../../examples/consumers");

function findPython(): string | undefined {
  try {
    return execFileSync("sh", ["-c", "command -v python3"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}
const python = findPython();

/** Does one role's stage by its Python script, and resolves with what came of it and the documents that the next stage gets. */
async function relayBy(role: AnyRole, script: string, documents: Documents): Promise<{ execution: Execution; documents: Documents }> {
  await using stage = await openStageFolder(role, documents);
  const executor = createExecutor({ kind: "command", name: "consumer", argv: [python, join(consumers, script)] });
  const execution = await executor.execute(stage.job, testContext());
  const files = await Promise.all(
    execution.files.map(async ({ name }) => ({ name, bytes: await readFile(join(stage.job.folder, "out", name)) })),
  );
  const outputs = readDocuments(role.produces, files);
  return { execution, documents: { ...documents, ...(outputs.ok && outputs.value) } };
}

/** What main gives for a brief and sources. */
function given(brief: string, sources: readonly string[]): Documents {
  const texts = sources.map((text, at) => ({ name: `S${at + 1}.txt`, sha256: sha256Of(text), size: Buffer.byteLength(text), text }));
  const run = {
    contract: "run@1",
    run: "019a3d6e-7c00-7000-8000-000000000001",
    brief: sha256Of(brief),
    profile: "cited",
    sources: texts.map(({ name, sha256, size }, at) => ({
      id: `S${at + 1}`,
      label: `source ${at + 1}`,
      raw: { name, sha256, size, mediaType: "text/plain" },
      text: { name, sha256, size },
    })),
    route: relay.roles.map(({ name }) => ({ role: name, consumes: [], produces: [] })),
    versions: { "candidate-list": 1, "de-raw-output": 1, "sg-review": 1, "jp-final": 1 },
    clocks: { scheduleToStart: 1, heartbeat: 1, startToClose: 1, scheduleToClose: 1 },
    deadline: "2026-01-31T12:00:00Z",
  };
  const files = [
    { name: "run.json", bytes: Buffer.from(JSON.stringify(run)) },
    { name: "brief.md", bytes: Buffer.from(brief) },
    ...texts.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })),
  ];
  const documents = readDocuments(relay.given, files);
  if (!documents.ok) throw new Error(JSON.stringify(documents.unmet));
  return documents.value;
}

test.skipIf(python === undefined)(
  "three Python scripts do a relay's three stages, each to its gate (skipped where there is no python3)",
  async () => {
    let documents = given("When was the observatory founded? Who pays for it? Why is the moon round?", [
      `# The observatory\n\nThe observatory was founded in 1911 by a watchmaker.\nIt has three domes; "the old one" leaks.\n\n- It opens on Fridays.\n\nSince 1950 the city pays for the observatory, and a club runs it.\n`,
      `# Visits\r\n\r\nThe observatory, founded in 1911, welcomes visitors of any age.\r\n`,
    ]);
    const executions: Execution[] = [];
    for (const [stage, script] of [
      ["nano", "de_consumer.py"],
      ["sg", "sg_consumer.py"],
      ["jp", "jp_consumer.py"],
    ] as const) {
      const role = relay.roles.find(({ name }) => name === stage);
      if (role === undefined) throw new Error(`no role ${stage}`);
      const done = await relayBy(role, script, documents);
      executions.push(done.execution);
      documents = done.documents;
      expect(done.execution).toMatchObject({ outcome: "succeeded" });
    }
    expect(executions.map(({ decision }) => decision)).toEqual([undefined, "converged", "accepted"]);
    const final = documents["jp-final"]?.[0]?.text ?? "";
    expect(final).toContain("The observatory was founded in 1911 by a watchmaker. [C1]");
    expect(final).toMatch(/gap Q3: /);
  },
);
