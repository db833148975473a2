import { type Attachment, sha256Of } from "@tasuki/protocol";
import { type BenchRelay, shipped as apps, startBenchRelay } from "../bench-relay.ts";
import { driveRelay } from "../drive-relay.ts";
import { runDemo } from "../run-demo.ts";
import { type Figure, ms, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const warmMs = 8_000;
const measuredMs = 10_000;
const budgetMs = 400;

const text = `# Receipts

A receipt is a signed statement by the node that knows. It names the files that it speaks of by their digests.

## Tasks

A task is one signed message that a node accepts. It is accepted when it is durable, and the node has signed that it is.
`;

async function uploadDocument(relay: BenchRelay): Promise<Attachment> {
  const bytes = Buffer.from(text);
  const headers = { ...(await relay.as("operator")), "content-type": "text/markdown" };
  const answer = await fetch(`${relay.urlOf("main")}/upload?contract=source`, { method: "POST", headers, body: bytes });
  if (answer.status !== 201) throw new Error(`the upload was answered with ${answer.status}: ${await answer.text()}`);
  return { name: "S1.md", contract: "source@1", sha256: sha256Of(bytes), size: bytes.length };
}

export const shipped: Suite = {
  name: "shipped",
  what: "The shipped relay, warm: runs one after another, from POST /task to main's signed 'closed', with one small document and with none; and the demo",
  async measure() {
    const figures: Figure[] = [];
    {
      await using relay = await startBenchRelay(roles, apps);
      const brief = "What is a receipt? When is a task accepted?";
      const attachments = [await uploadDocument(relay)];
      for (const [what, given] of [
        ["one small document", { brief, attachments }],
        ["no document", { brief }],
      ] as const) {
        using driver = driveRelay(relay, { given, cpuOf: (role) => relay.cpuOfAll(role) });
        await driver.measure({ forMs: warmMs, inFlight: 1 });
        const { ms: spread, cpuMs } = await driver.measure({ forMs: measuredMs, inFlight: 1 });
        figures.push({
          what: `${what}, to closed, p50`,
          value: ms(spread.median),
          detail: `${ms(spread.min)}–${ms(spread.max)}, ${spread.samples} runs; ${ms(cpuMs)} of processor time a run, children included`,
          budget: `≤ ${ms(budgetMs)} on an idle machine`,
        });
      }
    }
    const demo = await runDemo();
    if (demo.code !== 0) throw new Error(`the demo ended with ${demo.code}`);
    figures.push({
      what: "the demo, from healthy nodes to the closed run",
      value: ms(demo.closeMs),
      detail: `${ms(demo.startMs)} to healthy nodes`,
      budget: "≤ 2 s on an idle machine",
    });
    return figures;
  },
};
