import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Execution } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { createExecutor } from "../create-executor.ts";
import { doStage } from "../testing/stage-fixture.ts";

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
    let documents = exampleRun();
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
    expect(final).toContain("A receipt is a signed statement by the node that knows. [C1]");
    expect(final).toMatch(/^- Q3 \(.*\): /m);
  },
);
