// The one definition of what must hold: `check` is the inner loop, `all` is what the README's test command and CI run.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Only in `all`. */
  readonly whole?: true;
}

const steps: readonly Step[] = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint (type-aware)", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types", command: ["turbo", "run", "//#typecheck", "--output-logs=errors-only"] },
  { name: "boundaries", command: ["turbo", "boundaries"] },
  { name: "dead code", command: ["knip"], whole: true },
];

const VitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs a command to its end, its output shown as it comes or, when `quiet`, only if it fails. */
async function run([command, ...args]: Step["command"], quiet: boolean): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      DO_NOT_TRACK: "1",
      // Hundreds of processes are started that would compile the same again.
      NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/compiled"),
    },
  });
  const output: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0 && quiet) process.stdout.write(Buffer.concat(output));
  return code === 0;
}

async function runTests(whole: boolean, counts: Counts): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-verify-"));
  try {
    const report = join(folder, "report.json");
    const project = whole ? [] : ["--project", "unit"];
    const passed = await run(["vitest", "run", ...project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], false);
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = VitestReport.parse(JSON.parse(await readFile(report, "utf8")));
    counts.passed += numPassedTests;
    // A file that could not even be loaded has no failed test of its own.
    const broken = testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
    ).length;
    counts.failed += numFailedTests + broken + (!passed && numFailedTests + broken === 0 ? 1 : 0);
    counts.skipped += numPendingTests;
    for (const test of testResults.flatMap((file) => file.assertionResults))
      if (test.status === "pending" || test.status === "skipped") console.log(`skipped: ${test.fullName}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const whole = process.argv[2] === "all";
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const failed: string[] = [];
for (const step of steps.filter((each) => whole || !each.whole)) {
  const started = performance.now();
  const passed = await run(step.command, true);
  counts[passed ? "passed" : "failed"] += 1;
  if (!passed) failed.push(step.name);
  console.log(`${passed ? "ok    " : "FAILED"} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
await runTests(whole, counts);
if (failed.length > 0) console.log(`FAILED before the tests: ${failed.join(", ")}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
