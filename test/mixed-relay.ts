// A relay whose nodes may be of different releases: each is a process of its own, from the tree of its release, on one set of data folders.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Health, RunStatus, TaskStatus } from "@tasuki/protocol";
import { succeed } from "./copy-repository.ts";
import { eventually, finish, freePortBase, repository } from "./local-relay.ts";
import { createNodeProcesses, type NodeProcesses } from "./node-processes.ts";

export interface MixedRelay extends Pick<NodeProcesses, "stop" | "ended">, AsyncDisposable {
  /** The folder that holds one data folder per role. */
  readonly data: string;
  /** Starts a role's node from the tree of a release. */
  start(role: string, release: string, env?: Readonly<Record<string, string>>): Promise<void>;
  replace(role: string, release: string): Promise<void>;
  health(role: string): Promise<Health>;
  /** Starts a run on main, with the glossary as its one source. Resolves with its id. */
  startRun(brief?: string): Promise<string>;
  /** Resolves with main's view of a run once it is as wanted. */
  until(run: string, wanted: (run: RunStatus) => boolean): Promise<RunStatus>;
  /** Resolves once the role after a role's has signed for its hand-off of a run. */
  handedOff(role: string, run: string): Promise<void>;
  /** Dispatches a blocked stage again, as `tasuki retry` does. */
  retry(run: string, stage?: string): Promise<void>;
}

const source = join(repository, "docs/glossary.md");

/** Makes the data folders, by the command line of a release. No node runs yet. */
export async function openMixedRelay(release: string): Promise<MixedRelay> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-mixed-"));
  const data = join(folder, ".tasuki");
  const nodes = createNodeProcesses(data);
  const relay: MixedRelay = {
    data,
    start: (role, from, env) => nodes.start(role, join(from, "apps", role, "src/main.ts"), env),
    stop: (role) => nodes.stop(role),
    ended: (role) => nodes.ended(role),
    async replace(role, from) {
      await relay.stop(role);
      await relay.start(role, from);
    },
    health: (role) => answerOf<Health>(nodes.curl(role, "/health")),
    async startRun(brief = "What is a receipt?") {
      const upload = ["-H", "content-type: application/octet-stream", "--data-binary", `@${source}`];
      const blob = await answerOf<{ sha256: string; size: number }>(nodes.curl("main", "/upload?contract=source", ...upload));
      const attachments = [{ name: "S1.md", contract: "source@1", label: "docs/glossary.md", sha256: blob.sha256, size: blob.size }];
      return (await answerOf<{ run: string }>(nodes.post("main", "/task", { kind: "run", brief, attachments }))).run;
    },
    until: (run, wanted) =>
      eventually(async () => {
        const status = await answerOf<{ run: RunStatus }>(nodes.curl("main", `/status?run=${run}`));
        return wanted(status.run) ? status.run : undefined;
      }),
    async handedOff(role, run) {
      await eventually(async () => {
        const { tasks } = await answerOf<{ tasks: TaskStatus[] }>(nodes.curl(role, `/status?run=${run}`));
        return tasks.some(({ kind, state }) => kind === "work" && state === "done") || undefined;
      });
    },
    async retry(run, stage) {
      await answerOf(nodes.post("main", "/operator/retry", { run, ...(stage !== undefined && { stage }) }));
    },
    async [Symbol.asyncDispose]() {
      await nodes[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    const manifest = JSON.parse(await readFile(join(release, "packages/operator/package.json"), "utf8")) as { bin: { tasuki: string } };
    const program = join(release, "packages/operator", manifest.bin.tasuki);
    const args = ["dev", "--prepare", "--data", data, "--port-base", String(await freePortBase())];
    await succeed(finish(process.execPath, [program, ...args], { cwd: release }), "tasuki dev --prepare");
  } catch (error) {
    await relay[Symbol.asyncDispose]();
    throw error;
  }
  return relay;
}

async function answerOf<Body>(answer: Promise<{ status: number; body: unknown }>): Promise<Body> {
  const { status, body } = await answer;
  if (status < 200 || status >= 300) throw new Error(`a node answered ${status}: ${JSON.stringify(body)}`);
  return body as Body; // a node of this repository's
}

/** The stage of a role. */
export function stageOf({ stages }: RunStatus, role: string): RunStatus["stages"][number] {
  const stage = stages.find((one) => one.stage === role);
  if (stage === undefined) throw new Error(`the run has no stage ${role}`);
  return stage;
}
