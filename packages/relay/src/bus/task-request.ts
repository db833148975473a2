import type { IncomingHttpHeaders } from "node:http";
import { Envelope, TaskKind, taskPayloadType, TasukiError } from "@tasuki/contracts";
import { z } from "zod";
import type { TaskRequest } from "./bus-handlers.ts";

/** Cap on a task's payload, bytes: 2,048 attachments with long labels, and room. */
const maxPayloadBytes = 2_000_000;
/** Cap on any JSON body, bytes: a payload of that size in base64, and its signatures. */
export const maxBodyBytes = 3_000_000;

const Kind = z.looseObject({ kind: TaskKind, from: z.string().optional().catch(undefined) });
// A byte order mark is no JSON (RFC 8259, section 8.1): it is kept, and so refused.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What travels beside a task, and is never signed. */
export interface TaskHeaders {
  readonly budgetMs?: number;
  readonly traceparent?: string;
}

// W3C Trace Context, section 3.2. What is not one is as good as absent.
const traceparentForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const base64Form = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Throws `malformed_request` where the budget is no whole number of milliseconds. */
export function parseTaskHeaders(headers: IncomingHttpHeaders): TaskHeaders {
  const budget = headers["tasuki-budget-ms"];
  const { traceparent } = headers;
  if (budget !== undefined && (Array.isArray(budget) || !/^[0-9]{1,12}$/.test(budget)))
    throw new TasukiError("malformed_request", "The header tasuki-budget-ms must be a whole number of milliseconds.");
  return {
    ...(typeof budget === "string" && { budgetMs: Number(budget) }),
    ...(typeof traceparent === "string" && traceparentForm.test(traceparent) && { traceparent }),
  };
}

/** Reads the body of `POST /task`: a DSSE envelope, or a bare payload, which becomes an envelope without signatures over exactly these bytes. */
export function parseTaskBody(body: Buffer): Envelope {
  const document = parseJson(body, "body");
  if (isEnvelopeLike(document)) {
    const envelope = Envelope.safeParse(document);
    if (!envelope.success) throw new TasukiError("malformed_message", "The body is not a DSSE envelope: payload, payloadType, signatures.");
    return envelope.data;
  }
  return { payload: body.toString("base64"), payloadType: taskPayloadType, signatures: [] };
}

function isEnvelopeLike(document: unknown): boolean {
  return typeof document === "object" && document !== null && "payload" in document && "payloadType" in document;
}

/** A task, and as much of it as permission needs. `from` is what it says: only a signature by that role's key makes it true. */
interface ReadTaskRequest {
  readonly request: TaskRequest;
  readonly kind: TaskKind;
  readonly from: string | undefined;
}

/** Takes an envelope's payload out, and as much of it as permission needs. Throws `malformed_message`, `too_large`. */
export function parseTaskRequest(envelope: Envelope, headers: TaskHeaders): ReadTaskRequest {
  if (envelope.payloadType !== taskPayloadType)
    throw new TasukiError("malformed_message", `The envelope's payloadType must be ${taskPayloadType}.`);
  if (!base64Form.test(envelope.payload)) throw new TasukiError("malformed_message", "The envelope's payload is not base64.");
  const payload = Buffer.from(envelope.payload, "base64");
  if (payload.length > maxPayloadBytes)
    throw new TasukiError(
      "too_large",
      `A task has at most ${maxPayloadBytes} bytes; this one has ${payload.length}. Attach files instead.`,
    );
  const kind = Kind.safeParse(parseJson(payload, "payload"));
  if (!kind.success)
    throw new TasukiError("malformed_message", `A task is an object whose 'kind' is one of: ${TaskKind.options.join(", ")}.`);
  return { request: { envelope, payload, ...headers }, kind: kind.data.kind, from: kind.data.from };
}

function parseJson(bytes: Buffer, place: string): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new TasukiError("malformed_message", `The ${place} is not JSON in UTF-8.`, { cause });
  }
}
