import {
  type Envelope,
  type FeedEntry,
  hasEnded,
  receiptPayloadType,
  type ReceiptStatement,
  sha256Of,
  taskPayloadType,
} from "@tasuki/protocol";
import { claimedReceipt, type KnownMessages, type KnownTask, parseTask, payloadOf } from "@tasuki/evidence";
import type { FlowState } from "@tasuki/flow";
import { z } from "zod";

export interface KeptDeps {
  /** Envelopes about a run that main's store keeps, by the SHA-256 of their payloads. Their signatures were verified when they were kept. */
  readonly kept: (run: string, digests: readonly string[]) => Promise<ReadonlyMap<string, Envelope>>;
  /** Roles of a run in the order of its hand-offs, the nodes that it is placed on, and its state; undefined for a run that main does not have. */
  readonly placeOf: (run: string) => Promise<Pick<FlowState, "route" | "nodes" | "left" | "given" | "state"> | undefined>;
}

/** A receipt whose signature is verified, by the digest of its payload. */
export interface ReadReceipt {
  readonly statement: ReceiptStatement;
  readonly digest: string;
}

/** Messages of entries, whose signatures are verified. */
interface OpenedMessages {
  readonly receipts: readonly ReadReceipt[];
  readonly tasks: readonly KnownTask[];
}

/** Messages and routes of main's store that some entries need to be judged by. */
export interface Kept {
  envelope(run: string, digest: string): Envelope | undefined;
  place(run: string): Pick<FlowState, "route" | "nodes" | "left" | "given">;
  /** Runs that the entries' messages are about. */
  readonly runs: readonly string[];
  /** True for a run that main has. */
  isMains(run: string): boolean;
  /** True for a run of which main expects nothing more. */
  isOver(run: string): boolean;
  /** Number of messages of main's store that were looked through. */
  readonly looked: number;
}

/** Receipts that envelopes claim to be. Each is read once, for it may be over thousands of files. */
export type ClaimOf = typeof claimedReceipt;

export function createClaims(): ClaimOf {
  const claims = new Map<Envelope, ReceiptStatement | undefined>();
  return (envelope) => {
    if (!claims.has(envelope)) claims.set(envelope, claimedReceipt(envelope));
    return claims.get(envelope);
  };
}

/** Loads the kept messages that the entries' messages name, and those that these follow from, back to the task that was taken. */
export async function loadKept(entries: readonly FeedEntry[], { kept, placeOf, claimOf }: KeptDeps & { claimOf: ClaimOf }): Promise<Kept> {
  const namedBy = (envelope: Envelope): Named | undefined =>
    envelope.payloadType === taskPayloadType ? namedByTask(envelope) : namedByReceipt(claimOf(envelope));
  const named = entries.flatMap(({ envelopes }) => envelopes.flatMap((envelope) => namedBy(envelope) ?? []));
  const runs = await Promise.all(
    [...new Set(named.map(({ run }) => run))].map(async (run) => {
      const envelopes = new Map<string, Envelope>();
      let asked = named.filter((one) => one.run === run).map(({ digest }) => digest);
      while (asked.length > 0) {
        const found = await kept(run, asked);
        for (const [digest, envelope] of found) envelopes.set(digest, envelope);
        const receipts = [...found.values()].filter(({ payloadType }) => payloadType === receiptPayloadType);
        asked = receipts.flatMap((envelope) => namedBy(envelope)?.digest ?? []).filter((digest) => !envelopes.has(digest));
      }
      return [run, { envelopes, place: await placeOf(run) }] as const;
    }),
  );
  const of = new Map(runs);
  return {
    runs: [...of.keys()],
    envelope: (run, digest) => of.get(run)?.envelopes.get(digest),
    place: (run) => of.get(run)?.place ?? { route: [], nodes: {}, given: [] },
    looked: runs.reduce((sum, [, { envelopes }]) => sum + envelopes.size, 0),
    isMains: (run) => of.get(run)?.place !== undefined,
    isOver(run) {
      const place = of.get(run)?.place;
      return place !== undefined && hasEnded(place);
    },
  };
}

/** Digest that an envelope is judged by, and its run. */
interface Named {
  readonly run: string;
  readonly digest: string;
}

/** A task's own digest, for main may have sent it. */
function namedByTask(envelope: Envelope): Named | undefined {
  const bytes = payloadOf(envelope);
  const named = NamedRun.safeParse(toJson(bytes)).data;
  return named && { run: named.run, digest: sha256Of(bytes) };
}

/** The digest of the message that a receipt follows from. */
function namedByReceipt(claimed: ReceiptStatement | undefined): Named | undefined {
  const { run, prev } = claimed?.predicate ?? {};
  return run === undefined || prev === undefined ? undefined : { run, digest: prev };
}

const NamedRun = z.looseObject({ run: z.string() });

function toJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

export type KnownOf = (run: string) => KnownMessages;

/** The messages of a run that main has verified: entries that are read together know each other's, and the store keeps all earlier ones. */
export function createKnown(entries: readonly OpenedMessages[], kept: Kept): KnownOf {
  const tasks = new Map(entries.flatMap((entry) => entry.tasks.map((task) => [task.digest, task])));
  const receipts = new Map(entries.flatMap((entry) => entry.receipts.map(({ digest, statement }) => [digest, statement])));
  return (run) => {
    const signed = (digest: string): Envelope | undefined => {
      const envelope = kept.envelope(run, digest);
      // A script's `run` is bare: nobody signed it, and its bytes are no whole task.
      return envelope === undefined || envelope.signatures.length === 0 ? undefined : envelope;
    };
    return {
      task(digest) {
        const envelope = tasks.has(digest) ? undefined : signed(digest);
        const task = envelope?.payloadType === taskPayloadType ? { payload: parseTask(payloadOf(envelope)), digest } : tasks.get(digest);
        return task !== undefined && isSendersToSend(task, kept.place(run)) ? task : undefined;
      },
      receipt(digest) {
        const envelope = receipts.has(digest) ? undefined : signed(digest);
        return envelope === undefined ? receipts.get(digest) : claimedReceipt(envelope);
      },
    };
  };
}

/** True for a task of main, and for work that the role before its receiver hands on, from the node that the run stands on. */
function isSendersToSend(
  { payload: { kind, from, fromNode, to } }: KnownTask,
  { route, nodes }: Pick<FlowState, "route" | "nodes">,
): boolean {
  const before = to === "main" ? route.at(-1) : route[route.indexOf(to) - 1];
  const placed = nodes[from];
  return from === "main" || (kind === "work" && from === before && (placed === undefined || fromNode === undefined || fromNode === placed));
}
