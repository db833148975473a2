import { type Attachment, type Clock, type Envelope, isTasukiError, type Receipt, TasukiError } from "@tasuki/protocol";
import { doubtAbout, payloadDigest, readReceipt, type Trust } from "@tasuki/evidence";
import { type OutboxRow, type Store, type TextRow, textRowsOf } from "@tasuki/store";
import { type BusClient, travelLimit } from "@tasuki/bus";

export interface DeliverDeps {
  readonly store: Pick<Store, "blobs" | "task">;
  readonly trust: Trust;
  /** Node that a row is to reach, by the row or by this node's roster. */
  readonly nodeFor: (row: Pick<OutboxRow, "to" | "node">) => string;
  /** Throws `unknown_role` where the roster has no address. */
  readonly clientFor: (node: string) => BusClient;
  readonly clock: Pick<Clock, "now">;
}

/** Verified receipt of a receiver, with the text that it gives. */
export interface Delivered {
  readonly receipt: Envelope;
  readonly texts: readonly TextRow[];
}

/** Times that a task is posted in one try: a receiver may lack more files than it has said at first. */
const rounds = 4;
const uploadsAtOnce = 3;

/**
 * Brings one signed task to its receiver: post with the small files that it names, upload what it lacks all the same, post the same envelope again.
 * Resolves with what it gave for it. Rejects with what the receiver answered; an answer that does not hold good is `unavailable`.
 */
export async function deliver(deps: DeliverDeps, row: OutboxRow, signal: AbortSignal): Promise<Delivered> {
  const client = deps.clientFor(deps.nodeFor(row));
  const traceparent = row.carries === undefined ? undefined : (await deps.store.task(row.carries))?.traceparent;
  const brought = new Set<string>();
  const { attachments } = row.payload;
  const small = toTravel(row, attachments);
  // Where some must be uploaded, the receiver is asked first: it may have them all.
  let travelling = attachments.every(({ sha256 }) => small.has(sha256)) ? small : new Set<string>();
  let isEarlier = false;
  for (let round = 1; ; round += 1) {
    const budgetMs = budgetOf(row, deps.clock.now());
    const files = await contentsOf(deps, travelling);
    const options = { files, ...(budgetMs !== undefined && { budgetMs }), ...(traceparent !== undefined && { traceparent }) };
    try {
      const { receipt, texts } = await client.task(row.envelope, { ...options, signal });
      return { receipt, texts: textRowsOf(checkReceipt(deps, row, receipt), texts) };
    } catch (error) {
      const missing = isTasukiError(error) && error.code === "attachments_missing" ? (error.details.missing ?? []) : [];
      const wanted = missing.filter((sha256) => !brought.has(sha256));
      // A file that it has taken in this try, and lacks all the same, is brought again by the next one alone.
      if (wanted.length === 0 || round === rounds) throw error;
      const lacked = lacking(row, wanted);
      // A receiver that lacks what came with the task is of an earlier release, and has not looked at it.
      isEarlier ||= lacked.some(({ sha256 }) => travelling.has(sha256));
      const still = new Set([...travelling, ...lacked.map(({ sha256 }) => sha256)]);
      travelling = isEarlier
        ? new Set()
        : toTravel(
            row,
            attachments.filter(({ sha256 }) => still.has(sha256)),
          );
      const uploaded = lacked.filter(({ sha256 }) => !travelling.has(sha256));
      await uploadAll({ deps, client, signal }, uploaded);
      for (const { sha256 } of uploaded) brought.add(sha256);
    }
  }
}

/** Digests of those of some files that may travel with their task: the smallest ones, as many as fit. */
function toTravel({ envelope }: OutboxRow, files: readonly Attachment[]): ReadonlySet<string> {
  const travelling = new Set<string>();
  if (envelope.payload.length > travelLimit.besides) return travelling;
  let room: number = travelLimit.ofAll;
  const distinct = new Map(files.map(({ sha256, size }) => [sha256, size]));
  for (const [sha256, size] of [...distinct].toSorted(([, one], [, other]) => one - other)) {
    if (size > Math.min(room, travelLimit.ofFile)) break;
    room -= size;
    travelling.add(sha256);
  }
  return travelling;
}

/** Contents of files. One that can't be read does not travel: the receiver may have it, and where it lacks it, the upload says what is wrong. */
async function contentsOf({ store }: DeliverDeps, digests: ReadonlySet<string>): Promise<readonly Buffer[]> {
  const read = await Promise.all([...digests].map((sha256) => store.blobs.read(sha256).catch(() => undefined)));
  return read.filter((bytes) => bytes !== undefined);
}

/** Remaining time of main's dispatch, at least 1: nodes of earlier releases refuse one that has none. A hand-off says none. */
function budgetOf({ payload, carries }: OutboxRow, now: number): number | undefined {
  return payload.deadline === undefined || carries !== undefined ? undefined : Math.max(1, Date.parse(payload.deadline) - now);
}

function lacking({ payload, to }: OutboxRow, missing: readonly string[]): Attachment[] {
  const wanted = payload.attachments.filter(({ sha256 }) => missing.includes(sha256));
  if (wanted.length === 0) throw new TasukiError("unavailable", `${to} lacks files that the task does not name.`);
  // The same bytes may stand under two contracts, and are to pass both.
  return [...new Map(wanted.map((one) => [`${one.sha256} ${one.contract}`, one])).values()];
}

interface Uploading {
  readonly deps: DeliverDeps;
  readonly client: BusClient;
  readonly signal: AbortSignal;
}

async function uploadAll({ deps, client, signal }: Uploading, attachments: readonly Attachment[]): Promise<void> {
  const waiting = [...attachments];
  const uploader = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { contract, sha256, size } = next;
      await client.uploadBytes(contract, { sha256, size, bytes: deps.store.blobs.stream(sha256) }, { signal });
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, uploader));
}

/** Predicate of a receipt. Throws `unavailable` where it is not the one by which the receiver takes this very task: anything else is no answer. */
function checkReceipt({ trust, nodeFor }: DeliverDeps, row: OutboxRow, receipt: Envelope): Receipt {
  const { payload, envelope } = row;
  const node = nodeFor(row);
  const refused = (doubt: string, cause?: unknown): TasukiError =>
    new TasukiError("unavailable", `The receipt of ${node} does not hold good: ${doubt}`, { cause });
  const statement = (() => {
    try {
      return readReceipt(receipt, { trust, node }).statement;
    } catch (error) {
      throw refused(error instanceof Error ? error.message : String(error), error);
    }
  })();
  const doubt = doubtAbout(statement, { payload, digest: payloadDigest(envelope) });
  if (doubt !== undefined) throw refused(`${doubt}.`);
  return statement.predicate;
}
