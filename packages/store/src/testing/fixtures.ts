import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Attachment,
  type Envelope,
  receiptPayloadType,
  saltedDigest,
  type SaltedText,
  type TaskPayload,
  taskPayloadType,
} from "@tasuki/protocol";
import type { Seal, SignedTask } from "@tasuki/evidence";
import { smallBlob } from "../port/blobs.ts";
import type { RunRow, TaskRow } from "../port/rows.ts";
import type { AcceptRequest } from "../port/acceptance.ts";
import type { RunChange, StatusQuestion, Store } from "../port/store.ts";

/** Opens the adapter under test on a folder; the folder was made by the suite. */
export type OpenTestStore = (folder: string, options: { clock: { now(): number }; newId: () => string }) => Promise<Store>;

/** The n-th id. `of` tells kinds of things apart: ids of different kinds are never equal. */
export const id = (n: number, of = 0): string =>
  `0197c0de-0000-7000-8${of.toString(16).padStart(3, "0")}-${n.toString(16).padStart(12, "0")}`;
export const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const run = id(1, 1);

export function envelopeOf(value: object, payloadType: string): Envelope {
  return { payload: Buffer.from(JSON.stringify(value)).toString("base64"), payloadType, signatures: [] };
}

export function payloadOf(more: Partial<TaskPayload> & Pick<TaskPayload, "id">): TaskPayload {
  return { v: 1, kind: "work", run, stage: "finder", epoch: 1, from: "main", to: "finder", attachments: [], ...more };
}

/** A request to accept a task, as a node makes it once everything else about the task was judged. */
export function requestOf(payload: TaskPayload, more: Partial<AcceptRequest> = {}): AcceptRequest {
  const envelope = envelopeOf(payload, taskPayloadType);
  const digest = sha256(Buffer.from(envelope.payload, "base64"));
  return { payload, envelope, digest, from: "main", now: 1_000, queueLimit: 100, ...more };
}

/** A receipt of a task, different at each index. */
export function receiptOf(state: string, task: string, of = run): Seal {
  return (index) => ({
    leaf: JSON.stringify({ index, run: of, state, task }),
    envelopes: [envelopeOf({ predicate: { run: of, task, state, index } }, receiptPayloadType)],
  });
}
export const eventOf =
  (type: string): Seal =>
  (index) => ({ leaf: JSON.stringify({ index, type }), envelopes: [] });

export function saltedOf(text: string): SaltedText {
  const salt = "5a17".repeat(8);
  return { sha256: saltedDigest({ salt, text }), salt, text };
}
/** The same event, with a text beside it. */
export const withText =
  (seal: Seal, text: string): Seal =>
  (index) => ({ ...seal(index), texts: [saltedOf(text)] });

export function handOffOf(rowId: string, more: Partial<SignedTask> = {}): SignedTask {
  const payload = payloadOf({ id: rowId, stage: "judge", from: "finder", to: "judge" });
  return { id: rowId, to: "judge", run, payload, envelope: envelopeOf(payload, taskPayloadType), createdAt: 1_000, ...more };
}

/** A receipt of a result, with the hand-off that carries it on. */
export function producedOf(task: string, handOff: SignedTask): Seal {
  const receipt = receiptOf("produced", task);
  return (index) => {
    const { leaf, envelopes } = receipt(index);
    return { leaf, envelopes: [...envelopes, handOff.envelope], outbox: handOff };
  };
}

/** A step of main's that changes nothing. */
export const nothing: RunChange = { runs: [], outbox: [], supersede: [], envelopes: [], attachments: [], events: [] };

/** A run that is not kept yet. */
export function runOf(runId: string, more: Partial<RunRow> = {}): RunRow {
  return { id: runId, version: 0, epoch: 1, ended: false, state: {}, createdAt: 5, ...more };
}

/** Tasks that a question is about, without their files. */
export async function tasksOf(store: Store, question: StatusQuestion = "open"): Promise<TaskRow[]> {
  return (await store.statusOf(question)).tasks.map(({ row }) => row);
}

export async function* bytesOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** A text that makes a large blob, which is kept in a file. */
export const largeOf = (text: string): string => text.padEnd(smallBlob + 1);

interface PutBlob {
  readonly name?: string;
  /** Without one, the blob passed none. */
  readonly contract?: string | undefined;
  readonly now?: number;
}

/** Publishes a text, and records that it is here and passed a contract. */
export async function putBlob(store: Store, text: string, options: PutBlob = {}): Promise<Attachment> {
  const { name, contract, now } = { name: "notes.md", contract: "notes@1", now: 0, ...options };
  await using staged = await store.blobs.stage(bytesOf(text), { maxBytes: 1_000_000 });
  await staged.publish();
  const { sha256, size, bytes } = staged;
  await store.addBlob({ sha256, size, now, ...(bytes && { bytes }), ...(contract !== undefined && { contract }) });
  return { name, contract: contract ?? "", size, sha256 };
}

/** Names of the files under `blobs/` of a data folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Opens a store in a new data folder, in which `reopen` opens it again. Disposing removes the folder. */
export async function openFolder(open: OpenTestStore) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-store-"));
  let ids = 0;
  const clock = { time: 1_000, now: () => clock.time };
  const options = { clock, newId: () => id((ids += 1), 2) };
  let store = await open(folder, options);
  return {
    folder,
    clock,
    get store() {
      return store;
    },
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await open(folder, options);
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type TestFolder = Awaited<ReturnType<typeof openFolder>>;
