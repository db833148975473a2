import type { IncomingHttpHeaders } from "node:http";
import { Envelope, mostAttachments, parseJson, sha256Of, TaskKind, taskPayloadType, TasukiError } from "@tasuki/protocol";
import { smallBlob } from "@tasuki/store";
import { z } from "zod";

/** Cap on a task's payload, bytes: 2,048 attachments with long labels fit. */
const maxPayloadBytes = 2_000_000;
/** Cap on any JSON body, bytes: a payload of `maxPayloadBytes` in base64 fits, with its signatures. */
export const maxBodyBytes = 3_000_000;

/**
 * Bytes of the files that travel with a task, beside its envelope: of each, which its row can hold, and of all together. Larger ones are uploaded
 * before. `besides` are characters of the envelope's payload, beyond which none travel, for the whole must be within `maxBodyBytes`.
 */
export const travelLimit = { ofFile: smallBlob, ofAll: 262_144, besides: 2_000_000 } as const;

/** Files that travel with a task: the bytes of each in base64 (RFC 4648, section 4). Nobody signs them: the task names them by their digests. */
export const TaskFiles = z.array(z.string()).max(mostAttachments).optional();

/** Body of `POST /task` over REST, where it is no bare payload: the envelope, with the files that travel with it. */
export const TaskEnvelope = Envelope.extend({ files: TaskFiles });

/** Facts that come with a task, and nobody signs: its headers, and how it came. */
export interface TaskHeaders {
  /** Header `tasuki-budget-ms`: the sender's remaining time for this task. */
  readonly budgetMs?: number;
  readonly traceparent?: string;
  /** True for a task without a signature that came over REST: a person or a script wrote it, so that a key which nobody reads is a mistake. */
  readonly isByHand?: boolean;
}

/** A task's envelope, opened: nothing in it is believed yet. */
export interface TaskBody {
  readonly envelope: Envelope;
  /** The exact bytes of the envelope's payload. */
  readonly payload: Buffer;
  /** JSON of the payload. It is parsed here, and nowhere again: a payload may have 2 MB. */
  readonly document: unknown;
  /** Files that travel with the task, base64 each; they may be of any bytes. */
  readonly files?: readonly string[] | undefined;
}

/** A task as it came, before anything in it is believed. Bare JSON comes as an envelope without signatures. */
export interface TaskRequest extends TaskHeaders, TaskBody {
  /** SHA-256 of the payload's bytes. */
  readonly digest: string;
  /** Id that the payload claims, of any form. */
  readonly id: string | undefined;
}

/** Form of a traceparent (W3C Trace Context, section 3.2). A header of any other form is treated as absent. */
const traceparentForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const base64Form = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Reads the headers of a task. Throws `malformed_request` where the budget is no whole number of milliseconds. */
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

/** Reads the body of `POST /task`: a DSSE envelope, or a bare payload, whose exact bytes are put into an envelope without signatures. */
export function parseTaskBody(body: Buffer): TaskBody {
  const document = parseJson(body, "body");
  if (!isEnvelopeLike(document)) {
    demandSize(body);
    return { envelope: { payload: body.toString("base64"), payloadType: taskPayloadType, signatures: [] }, payload: body, document };
  }
  const sent = TaskEnvelope.safeParse(document);
  if (!sent.success)
    throw new TasukiError(
      "malformed_message",
      "The body is not a DSSE envelope: payload, payloadType, signatures, and perhaps files, a list of base64.",
    );
  const { files, ...envelope } = sent.data;
  return openTask(envelope, files);
}

/** Opens the envelope of a task, with the files that travel with it. Throws `malformed_message`, `too_large`. */
export function openTask(envelope: Envelope, files?: readonly string[]): TaskBody {
  if (envelope.payloadType !== taskPayloadType)
    throw new TasukiError("malformed_message", `The envelope's payloadType must be ${taskPayloadType}.`);
  if (!base64Form.test(envelope.payload)) throw new TasukiError("malformed_message", "The envelope's payload is not base64.");
  const payload = Buffer.from(envelope.payload, "base64");
  demandSize(payload);
  demandFileSize(files);
  return { envelope, payload, document: parseJson(payload, "payload"), ...(files !== undefined && { files }) };
}

function demandFileSize(files: readonly string[] = []): void {
  const bytes = files.reduce((sum, text) => sum + Math.floor((text.length * 3) / 4) - 2, 0);
  if (bytes > travelLimit.ofAll)
    throw new TasukiError("too_large", `The files that come with a task have ${travelLimit.ofAll} bytes at most: upload them instead.`);
}

function demandSize(payload: Buffer): void {
  if (payload.length > maxPayloadBytes)
    throw new TasukiError(
      "too_large",
      `A task has at most ${maxPayloadBytes} bytes; this one has ${payload.length}. Attach files instead.`,
    );
}

function isEnvelopeLike(document: unknown): boolean {
  return typeof document === "object" && document !== null && "payload" in document && "payloadType" in document;
}

/** A task, with the fields of its payload on which permission depends. */
interface ReadTaskRequest {
  readonly request: TaskRequest;
  readonly kind: TaskKind;
  /** The role that the payload claims to be from. Only a signature by that role's key proves it. */
  readonly from: string | undefined;
}

/**
 * Reads the fields on which permission and a replay depend, each by itself: a schema reads the whole payload once, when its signature holds. Throws
 * `malformed_message`.
 */
export function parseTaskRequest(body: TaskBody, headers: TaskHeaders): ReadTaskRequest {
  const { kind, id, from } = stringsOf(body.document);
  if (!isTaskKind(kind))
    throw new TasukiError("malformed_message", `A task is an object whose 'kind' is one of: ${TaskKind.options.join(", ")}.`);
  return { request: { ...body, ...headers, digest: sha256Of(body.payload), id }, kind, from };
}

/** Fields of a payload that are texts; a payload that is no object has none. */
function stringsOf(document: unknown): Readonly<Record<"kind" | "id" | "from", string | undefined>> {
  const textOf = (name: string): string | undefined => {
    const field: unknown =
      typeof document === "object" && document !== null && Object.hasOwn(document, name) ? Reflect.get(document, name) : undefined;
    return typeof field === "string" ? field : undefined;
  };
  return { kind: textOf("kind"), id: textOf("id"), from: textOf("from") };
}

function isTaskKind(kind: string | undefined): kind is TaskKind {
  return TaskKind.options.some((one) => one === kind);
}
