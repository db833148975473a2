// Program of `pnpm testbed [--control headscale]`: starts a relay on a real tailnet on this machine, takes one run over it, and ends everything.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findMissing } from "./find-missing.ts";
import { repository } from "./start-nodes.ts";
import { startTestbed } from "./start-testbed.ts";

const brief = "What is a receipt? What is an epoch? What happens when a node dies?";
const documents = ["README.md", "ARCHITECTURE.md", "docs/glossary.md"].map((path) => join(repository, path));

const { values } = parseArgs({ options: { control: { type: "string", default: "small" } } });
const { control } = values;
if (control !== "small" && control !== "headscale") {
  console.error(`--control is 'small' (the one that is built here) or 'headscale' (the one on PATH), not '${control}'.`);
  process.exit(2);
}
const missing = await findMissing(control);
if (missing.length > 0) {
  console.error(`The test bed needs what this machine lacks: ${missing.join("; ")}.`);
  process.exit(1);
}
{
  await using testbed = await startTestbed({ onLine: (line) => console.log(line), control });
  const began = performance.now();
  const cli = join(repository, "packages", "operator", "src", "tasuki.ts");
  const run = spawn(process.execPath, [cli, "run", brief, ...documents, "--wait", "--data", testbed.nodes.data], { stdio: "inherit" });
  const [code] = (await once(run, "close")) as [number | null];
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  one run over WireGuard`);
  process.exitCode = code ?? 1;
}
