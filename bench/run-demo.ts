import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePorts } from "@tasuki/bus/testing";

const program = join(import.meta.dirname, "../packages/operator/src/tasuki.ts");

export interface DemoRun {
  readonly code: number | null;
  /** Milliseconds from the start to healthy nodes, and from there to the closed run. */
  readonly startMs: number;
  readonly closeMs: number;
}

/** Runs `tasuki demo` on documents of the dependencies, to its end. `enclose` changes its command line. */
export async function runDemo(enclose: (argv: readonly string[]) => readonly string[] = (argv) => argv): Promise<DemoRun> {
  // The other nodes' ports follow main's; where one of them is taken, the demo says so and ends.
  const [portBase] = (await freePorts(["main"])).values();
  const [file = "", ...args] = enclose([process.execPath, program, "demo", "--port-base", String(portBase)]);
  const started = performance.now();
  const child = spawn(file, args, { env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "ignore", "pipe"] });
  const at = { healthy: Number.NaN, closed: Number.NaN };
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (/^All \d+ are healthy/.test(line)) at.healthy = performance.now();
    if (line.startsWith("Closed in ")) at.closed = performance.now();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, startMs: at.healthy - started, closeMs: at.closed - at.healthy };
}
