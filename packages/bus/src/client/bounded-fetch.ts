import { gatherBytes } from "@tasuki/protocol";
import { type AnswerLimit, answerLimits, limitOf } from "./answer-limits.ts";
import { createBoundedEvents } from "./bounded-events.ts";
import { notUnderstood } from "./client-error.ts";
import { createJsonGauge } from "./json-gauge.ts";

interface Peer {
  readonly node: string;
  readonly url: string;
}

/**
 * Puts limits before what reads the answers of one node: an answer is whole and within those of its kind (`answerLimits`), or it rejects. With
 * `mostBytes`, one that is no refusal has so many bytes at most. What comes is JSON, which `json()` alone reads.
 */
export function boundAnswers(fetch: typeof globalThis.fetch, peer: Peer, mostBytes = Infinity): typeof globalThis.fetch {
  const refuse = (why: string): Error => notUnderstood(why, peer);
  return async (input, init) => {
    const response = await fetch(input, init);
    await demandPlain(response, refuse);
    const { ok, status, headers } = response;
    const limit = limitOf(new URL(input instanceof Request ? input.url : input), response);
    const bytes = ok ? Math.min(limit.bytes, mostBytes) : limit.bytes;
    const body = await readBoundedBody(response, { ...limit, bytes }, refuse);
    // A `Response` over these bytes would hold three copies of them.
    const json = async (): Promise<unknown> => {
      try {
        return JSON.parse(body.toString("utf8"));
      } catch (error) {
        // The page of a proxy before a node that is down is no answer of the node's.
        throw ok ? refuse("it is no JSON") : error;
      }
    };
    return Object.assign(new Response(null, { status, headers }), { json });
  };
}

/** Reads a body of JSON to its end. Throws what `refuse` makes of the limit that it breaks, and reads no further then. */
async function readBoundedBody(response: Response, limit: AnswerLimit, refuse: (why: string) => Error): Promise<Buffer> {
  const gauge = createJsonGauge(limit);
  const gathered = gatherBytes();
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (declared > limit.bytes) {
    await response.body?.cancel();
    throw refuse(`it has ${declared} bytes, and at most ${limit.bytes} are read`);
  }
  // Leaving the loop cancels the body, which ends the connection.
  for await (const chunk of response.body ?? []) {
    const broken = gauge.add(chunk);
    if (broken !== undefined) throw refuse(broken);
    gathered.add(chunk);
  }
  return gathered.bytes();
}

export interface EventsOptions {
  /** Called with the error for the event that broke the limit. */
  readonly onRefused: (error: Error) => void;
  /** Limit of one event; an entry of a feed unless given. */
  readonly limit?: AnswerLimit;
}

/** Puts limits before what reads the events of one node, such as its feed. They end before the first that breaks them. */
export function boundEvents(
  fetch: typeof globalThis.fetch,
  peer: Peer,
  { onRefused, limit = answerLimits.entry }: EventsOptions,
): typeof globalThis.fetch {
  const refuse = (why: string): Error => {
    const error = notUnderstood(why, peer);
    onRefused(error);
    return error;
  };
  return async (input, init) => {
    const response = await fetch(input, init);
    await demandPlain(response, refuse);
    const { ok, status, headers, body } = response;
    // EventSource reads the status of a refusal, and leaves its body.
    if (!ok) await body?.cancel();
    return new Response(ok ? body?.pipeThrough(createBoundedEvents(limit, refuse)) : null, { status, headers });
  };
}

/** Rejects for an answer in another coding: no node sends one, and what is unpacked may be a thousand times as large as what came. */
async function demandPlain({ headers, body }: Response, refuse: (why: string) => Error): Promise<void> {
  const coding = headers.get("content-encoding");
  if (coding === null || coding === "identity") return;
  await body?.cancel();
  throw refuse(`its content-encoding is '${coding}'`);
}
