import { once } from "node:events";
import { createServer } from "node:net";
import { Health, Status, TasukiError } from "@tasuki/protocol";
import { failures, origins, problemsOnly, redirects } from "./checks/answers.ts";
import { browsers, host, identity } from "./checks/callers.ts";
import { encodings, framing, lengths, sizes } from "./checks/limits.ts";
import { commands, names, syntax } from "./checks/messages.ts";
import { batches, methodsOfRoutes, routes, verbs } from "./checks/routes.ts";
import type { Check, CheckContext, Finding } from "./check.ts";
import { createProbe, parseJson, type Probe, type ProbeDeps } from "./probe.ts";

export interface CheckResult extends Finding {
  readonly name: string;
  readonly claim: string;
  readonly result: "pass" | "fail" | "skip";
}

export interface Conformance {
  readonly role: string;
  /** The caller's permissions on the node: more can be shown with more. */
  readonly may: CheckContext["may"];
  readonly requests: number;
  readonly checks: readonly CheckResult[];
}

const checks: readonly Check[] = [
  verbs,
  routes,
  methodsOfRoutes,
  batches,
  identity,
  browsers,
  host,
  sizes,
  framing,
  lengths,
  encodings,
  names,
  commands,
  syntax,
  redirects,
  problemsOnly,
  failures,
  origins,
];

/**
 * Checks from outside that a node is as narrow as a bus must be. Every request is one to be refused, so that it leaves nothing on the node
 * but log lines. Rejects with `unreachable`, with the problem that `GET /health` is answered with, or with `unavailable` where that is no health.
 */
export async function runConformance(deps: ProbeDeps, onResult: (result: CheckResult) => void = () => undefined): Promise<Conformance> {
  const probe = createProbe(deps);
  await using trap = await openTrap();
  const { role } = await healthOf(probe);
  const may = await findPermissions(probe);
  const before = may.status ? await stateOf(probe) : undefined;
  const context: CheckContext = { probe, role, may, trap: trap.url };
  const results: CheckResult[] = [];
  const keep = (check: Pick<Check, "name" | "claim">, finding: Finding): void => {
    const result = finding.failures.length > 0 ? "fail" : finding.asked === 0 ? "skip" : "pass";
    const one = { name: check.name, claim: check.claim, result, ...finding } as const;
    results.push(one);
    onResult(one);
  };
  for (const check of checks) keep(check, await check.run(context));
  keep(
    { name: "calls", claim: "the node never calls an address that was sent to it (this machine's 127.0.0.1 listened)" },
    { asked: probe.seen.length, failures: trap.calls() === 0 ? [] : [`${trap.calls()} connections came`] },
  );
  keep({ name: "state", claim: "nothing changed: the same tasks, and no entry more in the feed" }, await compareState(probe, before));
  return { role, may, requests: probe.seen.length, checks: results };
}

async function healthOf(probe: Probe): Promise<Health> {
  const { answer, problem } = await probe.ask({ target: "/health" }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TasukiError("unreachable", `No bus answers at ${probe.host} (${why}): is the node running, and may this machine reach it?`, {
      cause,
    });
  });
  if (problem !== undefined) {
    const token = problem.code === "peer_unknown" && !probe.hasToken ? " Here, name that file: --token-file DIR/operator-secret." : "";
    throw new TasukiError(problem.code, `GET /health is refused: ${problem.detail}${token}`);
  }
  const health = Health.safeParse(answer?.status === 200 ? parseJson(answer.body) : undefined);
  if (!health.success)
    throw new TasukiError("unavailable", `This is no bus of Tasuki: GET /health answers ${answer?.status ?? "nothing"}.`);
  return health.data;
}

async function findPermissions(probe: Probe): Promise<CheckContext["may"]> {
  const isGranted = async (request: Parameters<Probe["ask"]>[0]): Promise<boolean> =>
    (await probe.ask(request)).problem?.code !== "not_granted";
  return {
    task: await isGranted({ method: "POST", target: "/task", headers: [["Content-Type", "application/json"]], body: '{"kind":"run"}' }),
    upload: await isGranted({ method: "POST", target: "/upload" }),
    status: await isGranted({ target: "/status" }),
  };
}

async function stateOf(probe: Probe): Promise<string | undefined> {
  const { answer } = await probe.ask({ target: "/status" });
  const status = Status.safeParse(answer && parseJson(answer.body));
  if (!status.success) return undefined;
  const { size, tasks, queue } = status.data;
  return `${tasks.length} tasks, ${queue.waiting + queue.running} of them open, ${size} entries`;
}

async function compareState(probe: Probe, before: string | undefined): Promise<Finding> {
  if (before === undefined) return { asked: 0, failures: [], note: "the caller may not read the status here" };
  const after = await stateOf(probe);
  const busy = "(if the node has other work, ask it again when it has none)";
  return { asked: 2, failures: before === after ? [] : [`${before} before, ${after ?? "no status"} after ${busy}`] };
}

/** Opens a trap: a server on this machine that nothing has a reason to call, which counts its connections. */
async function openTrap(): Promise<AsyncDisposable & { readonly url: string; calls(): number }> {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}
