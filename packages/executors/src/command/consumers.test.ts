import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Execution } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { expect, test } from "vitest";
import { createExecutor } from "../create-executor.ts";
import { doStage, givenDocuments } from "../stage/stage-fixture.ts";

const consumers = join(import.meta.dirname, "../../../../examples/consumers");

function findPython(): string | undefined {
  try {
    return execFileSync("sh", ["-c", "command -v python3"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}
const python = findPython();

test.skipIf(python === undefined)(
  "three Python scripts do a relay's three stages, each to its gate (skipped where there is no python3)",
  async () => {
    let documents = givenDocuments("When was the observatory founded? Who pays for it? Why is the moon round?", [
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
      const executor = createExecutor({ kind: "command", name: "consumer", argv: [python, join(consumers, script)] });
      const done = await doStage(executor, { role, documents });
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
