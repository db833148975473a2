import {
  type Clock,
  type Envelope,
  type Grant,
  grantPayloadType,
  maxTextLength,
  type Receipt,
  saltedDigest,
  type SaltedText,
  type TaskPayload,
  taskPayloadType,
} from "@tasuki/protocol";
import { canonicalJson } from "./canonical-json.ts";
import { payloadDigest, signEnvelope } from "./envelope.ts";
import { type Subject, toReceipt } from "./receipt.ts";
import type { Signer } from "./keys.ts";

/** A signed task that is to reach another node. */
export interface SignedTask {
  /** The task's id. */
  readonly id: string;
  /** Role of the receiver. */
  readonly to: string;
  /** Node that it is to reach; where the run has no node of that role, the first of the roster. */
  readonly node?: string;
  readonly run: string;
  readonly payload: TaskPayload;
  readonly envelope: Envelope;
  /** The local task whose result this one hands on. Absent for main's own dispatches. */
  readonly carries?: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/**
 * An event at its index: one line of canonical JSON, and the envelopes that the line names by digest. Where the event is a receipt of
 * this node, the receipt is `envelopes[0]`; the rest is what it answers or hands on.
 */
export interface Sealed {
  readonly leaf: string;
  readonly envelopes: readonly Envelope[];
  /** Texts that the line names by their salted digests, to be kept beside it. */
  readonly texts?: readonly SaltedText[];
  /** The hand-off that follows from the receipt, to be committed with it. Its envelope is one of `envelopes`. */
  readonly outbox?: SignedTask;
}

/** Makes an event out of its index. Pure and synchronous: a store calls it inside its transaction, and may call it again. */
export type Seal = (index: number) => Sealed;

// Receipts are read loosely; only the fields that the schema names are written.
type Known<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/** Text that a person, a program or another node wrote. What is signed holds its code and its salted digest, so that it can be erased. */
export interface FreeText {
  /** Code for programs: a word that says what the text tells of, and stays without it. */
  readonly code: string;
  readonly text: string;
}

/** The facts of a receipt that its caller knows. The notary adds the node, the time and the index. */
export type ReceiptFacts = Omit<Known<Receipt>, "node" | "instance" | "role" | "at" | "index" | "text" | "reason"> & {
  readonly subjects: readonly Subject[];
  readonly text?: FreeText;
};

/** Text and envelopes of others that an event has besides its facts. */
interface Besides {
  readonly text?: FreeText;
  readonly others?: readonly Envelope[];
}

/** Signs in the name of this node. */
export interface Notary {
  /** Name of the node. */
  readonly node: string;
  /** An event that is a receipt: `envelopes[0]` is the receipt, then `others` (the task accepted, the peer's receipt). */
  receipt(facts: ReceiptFacts, others?: readonly Envelope[]): Seal;
  /** A receipt with the hand-off that follows from it, which names the receipt's digest: it is made from that, and signed once for each index. */
  handOff(facts: ReceiptFacts, after: (receiptDigest: string) => SignedTask): Seal;
  /** An event without a receipt of this node's own (a hand-off settled: `others` holds the peer's receipt). Its facts are no free text. */
  event(type: string, facts: Readonly<Record<string, string | number | boolean>>, besides?: Besides): Seal;
  /** A signed task, and the SHA-256 of its payload. The same payload gives the same bytes. */
  task(payload: TaskPayload): { readonly envelope: Envelope; readonly digest: string };
  /** A signed grant of a run, which main alone may give. The same grant gives the same bytes. */
  grant(grant: Grant): Envelope;
}

export interface NotaryDeps {
  readonly node: string;
  readonly role: string;
  /** The data folder's own id. */
  readonly instance: string;
  readonly signer: Signer;
  readonly clock: Pick<Clock, "now">;
  /** Makes a salt: 128 random bits, as 32 hexadecimal digits. */
  readonly salt: () => string;
}

/** A notary with this node's receipt key. The time of an event is that of the decision, not of the commit. */
export function createNotary({ node, role, instance, signer, clock, salt }: NotaryDeps): Notary {
  const now = (): string => new Date(clock.now()).toISOString();
  const seal = (
    { subjects, text, ...facts }: ReceiptFacts,
    others: (receiptDigest: string) => { readonly envelopes: readonly Envelope[]; readonly outbox?: SignedTask },
  ): Seal => {
    const at = now();
    const { named, beside } = salted(text, salt);
    return onceAnIndex((index) => {
      const receipt = toReceipt({ ...facts, ...named, node, role, instance, at, index }, subjects, signer);
      const digest = payloadDigest(receipt);
      const { envelopes, ...rest } = others(digest);
      const { run, stage, task, epoch, attempt, state } = facts;
      const leaf = { index, at, type: state, run, stage, task, epoch, attempt, ...named };
      return { leaf: toLeaf(leaf, [digest, ...envelopes.map(payloadDigest)]), envelopes: [receipt, ...envelopes], ...beside, ...rest };
    });
  };
  return {
    node,
    receipt: (facts, others = []) => seal(facts, () => ({ envelopes: others })),
    handOff: (facts, after) =>
      seal(facts, (digest) => {
        const outbox = after(digest);
        return { envelopes: [outbox.envelope], outbox };
      }),
    event(type, facts, { text, others = [] } = {}) {
      const at = now();
      const { named, beside } = salted(text, salt);
      const said = Object.entries(facts).map(([name, fact]) => [name, typeof fact === "string" ? toText(fact) : fact] as const);
      const leafAt = (index: number) => toLeaf({ ...Object.fromEntries(said), ...named, index, at, type }, others.map(payloadDigest));
      return (index) => ({ leaf: leafAt(index), envelopes: others, ...beside });
    },
    task(payload) {
      const { reason, ...rest } = payload;
      const said = { ...rest, ...(reason !== undefined && { reason: toText(reason) }) };
      const envelope = signEnvelope(Buffer.from(canonicalJson(said), "utf8"), taskPayloadType, signer);
      return { envelope, digest: payloadDigest(envelope) };
    },
    grant: (grant) => signEnvelope(Buffer.from(canonicalJson(grant), "utf8"), grantPayloadType, signer),
  };
}

/** A seal that keeps what it made: a transaction that is made again at the same index signs nothing again. */
function onceAnIndex(seal: Seal): Seal {
  let made: { readonly index: number; readonly sealed: Sealed } | undefined;
  return (index) => {
    if (made?.index !== index) made = { index, sealed: seal(index) };
    return made.sealed;
  };
}

/** Leaf of an event, which names envelopes by the SHA-256 of their payloads; their text is beside it. */
function toLeaf(facts: object, digests: readonly string[]): string {
  return canonicalJson({ ...facts, envelopes: digests });
}

/** The name of a free text, for what is signed, and the text itself, for what is beside it. */
function salted(
  free: FreeText | undefined,
  newSalt: () => string,
): { readonly named: Pick<Receipt, "text">; readonly beside: Pick<Sealed, "texts"> } {
  if (free === undefined) return { named: {}, beside: {} };
  const [salt, text] = [newSalt(), toText(free.text)];
  const sha256 = saltedDigest({ salt, text });
  return { named: { text: { code: free.code, sha256 } }, beside: { texts: [{ sha256, salt, text }] } };
}

/** Text that canonical JSON can carry: what a person or a program wrote may be cut in the middle of a character. */
function toText(text: string): string {
  return text.slice(0, maxTextLength).toWellFormed();
}
