import { type Envelope, receiptPayloadType, type ReceiptStatement, sha256Of, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import { claimedReceipt, createSigner, parseTask, payloadDigest, payloadOf, signEnvelope, type Signer } from "@tasuki/evidence";
import { generateKeyPairSync } from "node:crypto";
import type { RoleName } from "../chaos/chaos-relay.ts";

/** Receipt of the liar's node about a run that is lied about. */
export interface OwnReceipt {
  readonly statement: ReceiptStatement;
  readonly envelope: Envelope;
}

/** Signed task about a run that is lied about. */
interface SeenTask {
  readonly payload: TaskPayload;
  readonly envelope: Envelope;
}

/** Knowledge of a liar: its key, the runs that it may lie about, and what it has seen of them. */
export interface World {
  readonly role: RoleName;
  readonly signer: Signer;
  /** Signer whose key nobody has pinned. */
  readonly stranger: Signer;
  /** True for a run that is lied about. Of any other the liar speaks the truth. */
  isLiedAbout(run: string): boolean;
  /** Takes a run as one that is lied about. */
  lieAbout(run: string): void;
  /** Receipts of its own node about those runs. */
  readonly receipts: readonly OwnReceipt[];
  /** Tasks about those runs, from and to its node. */
  readonly tasks: readonly SeenTask[];
  /** Run of a task, or of a file, that it has seen. */
  runOf(taskOrDigest: string): string | undefined;
  see(envelope: Envelope): void;
  /** Digests of the receipts that its key was made to sign though they are not true. */
  readonly lies: ReadonlySet<string>;
  /** Messages of entries that it signed and did not tell in its feed: what it gave in answer to tasks alone proves what it says, too. */
  readonly untold: readonly (readonly Envelope[])[];
  keepUntold(envelopes: readonly Envelope[]): void;
  /** Envelope of a document under a key; a receipt of its own key is a lie from then on. */
  sign(document: unknown, options?: { payloadType?: string; signer?: Signer }): Envelope;
  /** True for an envelope that holds a message: a task, another's receipt, or one of its own that is known to be a lie. */
  readonly isSound: (envelope: Envelope) => boolean;
  /** Takes the receipts of an entry for lies: they follow from one that was never told. */
  disown(envelopes: readonly Envelope[]): void;
}

export function createWorld(role: RoleName, signer: Signer): World {
  const lied = new Set<string>();
  const receipts: OwnReceipt[] = [];
  const tasks: SeenTask[] = [];
  const runs = new Map<string, string>();
  const lies = new Set<string>();
  const untold: (readonly Envelope[])[] = [];
  const known = new Set<string>();
  const unsound = new WeakSet<Envelope>();
  return {
    role,
    signer,
    stranger: createSigner(generateKeyPairSync("ed25519").privateKey),
    isLiedAbout: (run) => lied.has(run),
    lieAbout: (run) => void lied.add(run),
    receipts,
    tasks,
    runOf: (named) => runs.get(named),
    see(envelope) {
      const digest = payloadDigest(envelope);
      if (known.has(digest)) return;
      known.add(digest);
      const statement = claimedReceipt(envelope);
      if (statement !== undefined) {
        if (statement.predicate.role === role && lied.has(statement.predicate.run)) receipts.push({ statement, envelope });
        return;
      }
      const payload = taskOf(envelope);
      if (payload === undefined) return;
      runs.set(payload.id, payload.run);
      // A file that several runs have is nobody's to lie about, unless all of them are lied about.
      for (const { sha256 } of payload.attachments) {
        const before = runs.get(sha256);
        if (before === undefined || lied.has(before)) runs.set(sha256, payload.run);
      }
      if (lied.has(payload.run)) tasks.push({ payload, envelope });
    },
    lies,
    untold,
    keepUntold: (envelopes) => void untold.push(envelopes),
    sign(document, { payloadType = receiptPayloadType, signer: by = signer } = {}) {
      const bytes = Buffer.from(JSON.stringify(document), "utf8");
      if (by === signer && payloadType === receiptPayloadType) lies.add(sha256Of(bytes));
      const envelope = signEnvelope(bytes, payloadType, by);
      if (by !== signer) unsound.add(envelope);
      return envelope;
    },
    isSound(envelope) {
      if (unsound.has(envelope)) return false;
      const said = claimedReceipt(envelope)?.predicate;
      return said === undefined ? taskOf(envelope) !== undefined : said.role !== role || lies.has(payloadDigest(envelope));
    },
    disown(envelopes) {
      for (const envelope of envelopes) if (claimedReceipt(envelope)?.predicate.role === role) lies.add(payloadDigest(envelope));
    },
  };
}

/** Task that an envelope holds; undefined where it holds none. */
export function taskOf(envelope: Envelope): TaskPayload | undefined {
  if (envelope.payloadType !== taskPayloadType) return undefined;
  try {
    return parseTask(payloadOf(envelope));
  } catch {
    return undefined;
  }
}
