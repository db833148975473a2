import { sample } from "fast-check";
import { exchange } from "./exchange.ts";
import type { HostileRelay, Way } from "./hostile-relay.ts";
import { problemOf, whyWrong } from "./judge.ts";
import { kinds } from "./kinds.ts";
import type { HostileRequest, Kind } from "./request.ts";

export interface StormOptions {
  readonly requests: number;
  /** Seed of everything that is sent; the order in which that comes to a node is the machine's. */
  readonly seed: number;
  /** Only kinds of these names; all by default. */
  readonly only?: readonly string[];
  /** Connections at once. */
  readonly connections?: number;
}

export interface Violation {
  readonly way: string;
  readonly kind: string;
  /** The seed of the batch, and the request's place in it. */
  readonly seed: number;
  readonly at: number;
  readonly request: HostileRequest;
  readonly why: string;
}

export interface StormReport {
  readonly requests: number;
  /** Number of each answer: a status, with the code of its problem; or the way in which the connection ended without one. */
  readonly answers: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly ms: number;
}

const batchSize = 200;
/** Violations after which there is nothing new to see. */
const enough = 50;

/** Sends generated requests of all kinds to every way into a relay, many at once, and judges each answer. */
export async function storm({ ways }: Pick<HostileRelay, "ways">, options: StormOptions): Promise<StormReport> {
  const { requests, seed, only, connections = 48 } = options;
  const answers: Record<string, number> = {};
  const violations: Violation[] = [];
  const started = performance.now();
  let sent = 0;
  const pending = batches(ways, { kinds: kinds.filter(({ name }) => only?.includes(name) ?? true), requests, seed });
  const work = async (): Promise<void> => {
    for (const { way, kind, seed, at, request } of pending) {
      sent += 1;
      const result = await exchange(way.target, request);
      const why = whyWrong(request, result, way.endpoint);
      if (why !== undefined) violations.push({ way: way.name, kind: kind.name, seed, at, request, why });
      const seen = result.answers.map((answer) => [answer.status, problemOf(answer)?.code ?? ""].join(" ").trim());
      for (const one of seen.length === 0 ? [result.ending] : seen) answers[one] = (answers[one] ?? 0) + 1;
      if (violations.length >= enough) return;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { requests: sent, answers, violations, ms: performance.now() - started };
}

interface Planned {
  readonly way: Way;
  readonly kind: Kind;
  readonly seed: number;
  readonly at: number;
  readonly request: HostileRequest;
}

/** Batches of one kind for one way in turn, until there are enough requests. Each batch has a seed of its own. */
function* batches(
  ways: readonly Way[],
  plan: { kinds: readonly Kind[]; requests: number; seed: number },
): Generator<Planned, void, undefined> {
  const round = ways.flatMap((way) => plan.kinds.flatMap((kind) => Array.from({ length: kind.share }, () => ({ way, kind }))));
  let left = plan.requests;
  for (let batch = 0; left > 0; batch += 1) {
    // Seven steps at a time, so that neighbours differ in kind and way.
    const turn = round[(batch * 7) % round.length];
    if (turn === undefined) return;
    const seed = plan.seed + batch;
    for (const [at, request] of sample(turn.kind.requests(turn.way.endpoint), { seed, numRuns: Math.min(left, batchSize) }).entries()) {
      left -= 1;
      yield { ...turn, seed, at, request };
    }
  }
}

/** A violation in lines for people, with the bytes that were sent. */
export function describeViolation({ way, kind, seed, at, request, why }: Violation): string {
  const bytes = Buffer.concat(request.parts);
  const shown = JSON.stringify(bytes.toString("latin1", 0, 600));
  return `${kind} (batch seed ${seed}, ${at}) to ${way}: ${why}\n  ${request.label}\n  ${bytes.length} bytes: ${shown}`;
}
