// A small main for tests: runs in memory behind the Orchestrator port, and of the bus what `tasuki run` and `artifacts` use.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArtifactText, type Health, type RunRequest, type RunStatus, TasukiError } from "@tasuki/contracts";
import type { NodeView, Orchestrator } from "@tasuki/relay";
import { startOperatorApi } from "./start-operator-api.ts";
import { hasEnded } from "./watch-run.ts";

export const runId = "01a20ed8-8597-756e-8e5f-b0ba1c5c733f";
export const began = Date.parse("2026-11-24T12:00:00.000Z");
export const at = (seconds: number): string => new Date(began + seconds * 1000).toISOString();

/** A run whose first stage is verified and whose second works; `more` overrides. */
export function exampleStatus(more: Partial<RunStatus> = {}): RunStatus {
  const output = { name: "candidate-list.md", contract: "candidate-list@1", size: 1_945, sha256: "a".repeat(64) };
  return {
    id: runId,
    state: "open",
    epoch: 1,
    profile: "cited",
    brief: "What is a receipt?",
    createdAt: at(0),
    stages: [
      {
        stage: "nano",
        epoch: 1,
        rung: "verified",
        condition: "waiting",
        attempt: 1,
        producer: "embedded/1",
        times: { dispatched: at(0.4), accepted: at(0.5), started: at(0.6), produced: at(1.2), "handed-off": at(1.4), verified: at(2) },
        outputs: [output],
      },
      {
        stage: "sg",
        epoch: 1,
        rung: "started",
        awaits: { rung: "produced", from: "sg" },
        condition: "running",
        attempt: 1,
        times: { dispatched: at(1.2), accepted: at(1.4), started: at(1.5) },
        outputs: [],
      },
      {
        stage: "jp",
        epoch: 1,
        rung: "waiting",
        awaits: { rung: "dispatched", from: "sg" },
        condition: "waiting",
        attempt: 0,
        times: {},
        outputs: [],
      },
    ],
    sources: [{ name: "S1.md", label: "README.md" }],
    awaits: [],
    ...more,
  };
}

/** The same run, blocked at sg. */
export function blockedStatus(): RunStatus {
  const status = exampleStatus();
  const block = {
    reason: "the files break their contracts",
    needs: "the cause mended, then a retry",
    owner: "operator",
    clearsWith: `tasuki retry ${runId} --from sg`,
    unmet: [{ file: "sg-review.md", line: 12, expected: "a verdict", got: "maybe", fix: "write accepted, partial, rejected or merged" }],
  };
  return { ...status, stages: status.stages.map((one) => (one.stage === "sg" ? { ...one, condition: "blocked" as const, block } : one)) };
}

const mainHealth: Health = {
  node: "main",
  role: "main",
  instance: runId,
  version: "0.1.0",
  contracts: { reads: {}, writes: {} },
  clock: at(0),
  store: { state: "ok", feed: 0 },
  identity: { provider: "loopback", state: "ok" },
  policy: { sha256: "a".repeat(64), current: true, drift: [] },
};

export interface FakeMain extends AsyncDisposable {
  /** The data folder of the relay. */
  readonly data: string;
  readonly socket: string;
  readonly asked: unknown[];
  readonly uploads: { readonly contract: string; readonly text: string }[];
  readonly started: RunRequest[];
  set(status: RunStatus): void;
  /** Ends the API, as a main that dies. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startFakeMain(first: RunStatus = exampleStatus(), artifacts: readonly ArtifactText[] = []): Promise<FakeMain> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-operator-"));
  await mkdir(join(folder, "main"));
  const socket = join(folder, "main", "operator.sock");
  const runs = new Map([[first.id, first]]);
  const listeners = new Set<() => void>();
  const asked: unknown[] = [];
  const uploads: { contract: string; text: string }[] = [];
  const started: RunRequest[] = [];
  const set = (status: RunStatus): void => {
    runs.set(status.id, status);
    for (const listener of listeners) listener();
  };
  const known = (run: string): RunStatus => {
    const status = runs.get(run);
    if (status === undefined) throw new TasukiError("not_found", `main has no run ${run}`);
    return status;
  };
  const orchestrator: Orchestrator = {
    runs: (filter = {}) => {
      asked.push({ runs: filter });
      return [...runs.values()].filter(({ state }) => filter.open !== true || state === "open").slice(0, filter.limit);
    },
    run: (id) => runs.get(id),
    async *watch(run, signal) {
      for (;;) {
        const changed = Promise.withResolvers<void>();
        listeners.add(changed.resolve);
        signal.addEventListener("abort", () => changed.resolve());
        yield known(run);
        if (hasEnded(known(run))) return;
        await changed.promise;
        listeners.delete(changed.resolve);
        if (signal.aborted) return;
      }
    },
    async nudge(request) {
      asked.push({ nudge: request });
      known(request.run);
      return [
        { role: "nano", says: "nano at epoch 1 is produced; hand-off to sg is pending after 7 tries" },
        { role: "sg", problem: "unreachable: sg can't be reached" },
      ];
    },
    async retry(request) {
      asked.push({ retry: request });
      const status = known(request.run);
      if (status.state !== "open") throw new TasukiError("invalid_state", `run ${request.run} is ${status.state}`);
      return { ...status, epoch: status.epoch + 1 };
    },
    async cancel(request) {
      asked.push({ cancel: request });
      set({ ...known(request.run), state: "cancelled", endedAt: at(5) });
      return known(request.run);
    },
    nodes: (): NodeView[] => [{ role: "nano", url: "http://127.0.0.1:18101", reachable: false, seenAt: began }],
  };
  const localBus = fakeBus({ uploads, started, artifacts });
  const local = { principal: "local", roles: [], permissions: [] };
  let api: AsyncDisposable | undefined;
  const main: FakeMain = {
    data: folder,
    socket,
    asked,
    uploads,
    started,
    set,
    async start() {
      api = await startOperatorApi({ node: { role: "main", orchestrator, local, localBus }, path: socket });
    },
    async stop() {
      await api?.[Symbol.asyncDispose]();
      api = undefined;
    },
    async [Symbol.asyncDispose]() {
      await main.stop();
      await rm(folder, { recursive: true });
    },
  };
  await main.start();
  return main;
}

function fakeBus({
  uploads,
  started,
  artifacts,
}: Pick<FakeMain, "uploads" | "started"> & { artifacts: readonly ArtifactText[] }): RequestListener {
  const answer = async (req: IncomingMessage): Promise<unknown> => {
    const url = new URL(req.url ?? "/", "http://localhost");
    const body = await textOf(req);
    if (url.pathname === "/upload") {
      const contract = url.searchParams.get("contract") ?? "";
      uploads.push({ contract, text: body });
      return { sha256: createHash("sha256").update(body).digest("hex"), size: Buffer.byteLength(body), contract };
    }
    if (url.pathname === "/trpc/task") {
      const { envelope } = JSON.parse(body) as { envelope: { payload: string } };
      const request = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8")) as RunRequest;
      started.push(request);
      const receipt = { payload: "", payloadType: "x", signatures: [] };
      return { result: { data: { task: runId, run: request.id ?? runId, receipt } } };
    }
    if (url.pathname === "/trpc/health") return { result: { data: mainHealth } };
    const page = {
      shortcuts: [],
      tasks: [],
      artifacts,
      queue: { waiting: 0, running: 0, limit: 1 },
      node: "main",
      role: "main",
      instance: runId,
      size: 0,
    };
    return { result: { data: page } };
  };
  return (req, res) => void answer(req).then((body) => res.setHeader("content-type", "application/json").end(JSON.stringify(body)));
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
