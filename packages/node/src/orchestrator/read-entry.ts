import {
  type Envelope,
  type FeedEntry,
  isTasukiError,
  type Logger,
  type Pipeline,
  receiptPayloadType,
  sha256Of,
  type ReceiptStatement,
  TasukiError,
  taskPayloadType,
} from "@tasuki/protocol";
import { isWhole, type KnownTask, parseTask, payloadDigest, payloadOf, type Trust, verifyEnvelope } from "@tasuki/evidence";
import { nodesOfRole, type Roster } from "@tasuki/bus";
import { type TextRow, textRowsOf } from "@tasuki/store";
import { toAttemptFact } from "./attempt-facts.ts";
import { doubtFor } from "./doubt-for.ts";
import { type EvidenceBudget, keptMessages, measured, workOf } from "./evidence-budget.ts";
import {
  type ClaimOf,
  createClaims,
  createKnown,
  type Kept,
  type KeptDeps,
  type KnownOf,
  loadKept,
  type ReadReceipt,
} from "./known-messages.ts";
import { type FeedOf, isOfTask, toDispatched, toReceiptFact } from "./entry-facts.ts";
import type { RunFact } from "./run-steps.ts";

export interface EntryReaderDeps extends KeptDeps {
  readonly pipeline: Pipeline;
  readonly trust: Trust;
  /** The name of this node, whose key signs the tasks that are from main. */
  readonly node: string;
  readonly roster: Roster;
  /** Logger for what is found in the feed of a node. */
  readonly loggerOf: (node: string) => Logger;
  readonly budget: EvidenceBudget;
  /** Envelopes about a run that main's store keeps, all of them. */
  readonly evidence: (run: string) => Promise<readonly Envelope[]>;
}

/** Files of a run besides those that it is given: what its stages make. */
const filesOfStages = 16;
/** Messages of main's store that are looked through for a new one: those that it follows from. */
const lookedForNew = 16;
/** Bytes of an ended run's messages that are as much work to count as one more message. */
const countedBytes = 16 * 1024;

/** The facts that an entry of a node's feed proves. */
interface EntryRead {
  readonly facts: readonly RunFact[];
  /** Envelopes whose signatures hold, to be kept. */
  readonly envelopes: readonly Envelope[];
  /** Texts that their receipts name, to be kept. */
  readonly texts: readonly TextRow[];
  /** Another installation than the one that is followed, in whose name the node has signed a receipt of the entry. */
  readonly instance?: string;
  /** Work that the entry gave main for nothing, in messages: those that bring nothing new about an open run, and what was looked through for them. */
  readonly cost: number;
}

/** Reads entries that follow each other in the feed of a node. Resolves with one `EntryRead` for each. */
export type EntryReader = (entries: readonly FeedEntry[], feed: FeedOf) => Promise<readonly EntryRead[]>;

/** Knowledge of runs by which receipts are judged. */
interface Judging {
  readonly knownOf: KnownOf;
  readonly placeOf: Kept["place"];
}

/** Knowledge by which an entry's envelopes are verified. */
interface Opening {
  readonly kept: Kept;
  readonly claimOf: ClaimOf;
}

/** An entry whose envelopes are verified, and not judged yet. */
interface OpenedEntry {
  readonly index: number;
  readonly receipts: readonly ReadReceipt[];
  readonly tasks: readonly KnownTask[];
  readonly envelopes: readonly Envelope[];
  readonly texts: readonly TextRow[];
  readonly instance?: string;
  readonly cost: number;
  /** Number of its messages that bring something new about an open run. */
  readonly news: number;
}

/**
 * A reader of feeds. Every signature is verified against the keys pinned for the node that the roster names, and every receipt is judged:
 * a first receipt against its task, a later one by the receipts before it, back to that first one. Tasks and receipts are known from the
 * entries that are read together and from main's store, and a task counts only if it was its sender's to send: a role that signs itself a
 * task has none. A receipt that follows from nothing known is logged, and counts for nothing.
 * Main's own feed comes from main's own store: its own words stand unverified.
 */
export function createEntryReader({
  pipeline,
  trust,
  node,
  roster,
  kept: keptOf,
  placeOf,
  budget,
  evidence,
  loggerOf,
}: EntryReaderDeps): EntryReader {
  const openReceipt = (envelope: Envelope, feed: FeedOf, claimed: ReceiptStatement | undefined): ReadReceipt | undefined => {
    if (claimed === undefined) throw new TasukiError("malformed_message", "The envelope holds no receipt.");
    const { role, node: name } = claimed.predicate;
    if (role === "main") return feed.role === "main" ? { statement: claimed, digest: payloadDigest(envelope) } : undefined;
    if (!nodesOfRole(roster, role).includes(name)) throw new Error(`a receipt in the name of node '${name}' for role '${role}'`);
    // Its claim is read out of the bytes that are verified here.
    const payload = verifyEnvelope(envelope, { trust, node: name, payloadType: receiptPayloadType });
    return { statement: claimed, digest: sha256Of(payload) };
  };
  const openTask = (envelope: Envelope, feed: FeedOf, kept: Kept): KnownTask | undefined => {
    // A script's `run` has no signature, and needn't even be a whole task: it proves nothing.
    if (envelope.signatures.length === 0) return undefined;
    const payload = parseTask(payloadOf(envelope));
    const task = { payload, digest: payloadDigest(envelope) };
    const isMains = payload.from === "main";
    if (isMains && feed.role === "main") return task;
    // A task that main's store keeps is known. The store of a main that was restored from a backup lacks those that it sent afterwards.
    if (isMains && kept.envelope(payload.run, task.digest) !== undefined) return undefined;
    const { from, fromNode = nodesOfRole(roster, from)[0] } = payload;
    const sender = isMains ? node : fromNode;
    if (sender === undefined || !(isMains || nodesOfRole(roster, from).includes(sender)))
      throw new Error(`a task from node '${sender}' for role '${from}', which the roster does not have`);
    verifyEnvelope(envelope, { trust, node: sender, payloadType: taskPayloadType });
    return task;
  };

  /** Cost of a message about a run that main has; undefined where it has none. Throws where a node has said more about the run than main keeps. */
  const costOf = (envelope: Envelope, run: string, { feed: { node: from, role }, kept }: { feed: FeedOf; kept: Kept }) => {
    if (role === "main") return 0;
    if (!kept.isMains(run)) return undefined;
    const about = { files: kept.place(run).given.length + filesOfStages, isOver: kept.isOver(run) };
    const cost = budget.take({ node: from, run, ...measured(envelope) }, about);
    if (cost === undefined) throw new Error(`more about run ${run} than main keeps of one node${about.isOver ? " after its end" : ""}`);
    return cost;
  };
  const open = ({ index, envelopes, texts: given = [] }: FeedEntry, feed: FeedOf, { kept, claimOf }: Opening): OpenedEntry => {
    const receipts: ReadReceipt[] = [];
    const tasks: KnownTask[] = [];
    const held: Envelope[] = [];
    const faults: unknown[] = [];
    let instance: string | undefined;
    let [cost, news] = [0, 0];
    for (const envelope of envelopes) {
      try {
        const receipt = envelope.payloadType === receiptPayloadType ? openReceipt(envelope, feed, claimOf(envelope)) : undefined;
        const task = envelope.payloadType === taskPayloadType ? openTask(envelope, feed, kept) : undefined;
        const own = receipt !== undefined && isOwn(receipt.statement, feed) ? receipt.statement.predicate : undefined;
        if (own !== undefined && own.index !== index) throw new Error(`a receipt that its node signed for entry ${own.index}`);
        if (own !== undefined && feed.instance !== undefined && own.instance !== feed.instance) {
          instance = own.instance;
          throw new Error(`a receipt that its node signed as installation ${own.instance}`);
        }
        const about = receipt?.statement.predicate ?? task?.payload;
        const costs = about && costOf(envelope, about.run, { feed, kept });
        cost += costs ?? workOf({ bytes: envelope.payload.length });
        if (costs === 0) news += 1;
        if (costs === undefined) continue;
        if (receipt) receipts.push(receipt);
        if (task) tasks.push(task);
        held.push(envelope);
      } catch (error) {
        faults.push(error);
        cost += workOf({ bytes: envelope.payload.length });
      }
    }
    // An entry without messages is worth one: it tells of attempts, or of nothing.
    if (held.length === 0) cost += 1;
    const [err] = faults;
    if (err !== undefined)
      loggerOf(feed.node).error(
        { peer: feed.node, index, code: isTasukiError(err) ? err.code : "malformed_message", err, envelopes: faults.length },
        "a feed holds an envelope that does not hold good; it is not counted",
      );
    for (const { sha256 } of given.filter((text) => !isWhole(text)))
      loggerOf(feed.node).error({ peer: feed.node, index, sha256 }, "a feed holds a text that is not what its digest says; it is dropped");
    const texts = receipts.flatMap(({ statement }) => textRowsOf(statement.predicate, given));
    return { index, receipts, tasks, envelopes: held, texts, cost, news, ...(instance !== undefined && { instance }) };
  };

  const factsOf = ({ index, receipts, tasks, texts }: OpenedEntry, feed: FeedOf, { knownOf, placeOf }: Judging): RunFact[] => {
    const own = receipts.find(({ statement }) => isOwn(statement, feed));
    return [
      ...receipts.flatMap((receipt) => {
        const { statement } = receipt;
        const { run, task, role, state } = statement.predicate;
        if (!isOfTask(statement)) return [];
        const known = knownOf(run);
        const doubt = doubtFor(statement, { known, place: placeOf(run), pipeline });
        if (doubt === undefined) return toReceiptFact(receipt, { tasks, texts }, { pipeline, known, route: placeOf(run).route });
        loggerOf(feed.node).error(
          { peer: feed.node, index, run, task, role, state, doubt },
          "a feed holds a receipt that proves nothing; it is not counted",
        );
        return [];
      }),
      ...tasks.flatMap((task) => toDispatched(task, { feed, at: own?.statement.predicate.at })),
    ];
  };

  const toldBy = (entry: FeedEntry, feed: FeedOf): RunFact[] => {
    try {
      return toAttemptFact(entry, feed);
    } catch (err) {
      loggerOf(feed.node).error({ peer: feed.node, index: entry.index, err }, "a feed holds a leaf that can't be read; it is not counted");
      return [];
    }
  };

  return async (entries, feed) => {
    const claimOf = createClaims();
    const kept = await loadKept(entries, { kept: keptOf, placeOf, claimOf });
    // Messages that an earlier boot of main has kept count too.
    let counted = 0;
    for (const run of kept.runs.filter((one) => kept.isMains(one) && !budget.isCounted(one))) {
      const messages = keptMessages(run, await evidence(run));
      budget.count(run, messages);
      if (kept.isOver(run)) counted += messages.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    const opened = entries.map((entry) => open(entry, feed, { kept, claimOf }));
    const news = opened.reduce((sum, entry) => sum + entry.news, 0);
    const looked = Math.max(0, kept.looked - news * lookedForNew) + counted / countedBytes;
    budget.forgetEnded(kept.runs.filter((one) => kept.isOver(one)));
    const judging = { knownOf: createKnown(opened, kept), placeOf: (run: string) => kept.place(run) };
    return opened.map((entry, at) => {
      const { envelopes, texts, instance } = entry;
      const cost = entry.cost + looked / opened.length;
      const told = entries.slice(at, at + 1).flatMap((one) => toldBy(one, feed));
      return { facts: [...factsOf(entry, feed, judging), ...told], envelopes, texts, cost, ...(instance !== undefined && { instance }) };
    });
  };
}

/** True for a receipt that the node of the feed has signed. */
function isOwn({ predicate }: ReceiptStatement, feed: FeedOf): boolean {
  return predicate.node === feed.node && predicate.role === feed.role;
}
