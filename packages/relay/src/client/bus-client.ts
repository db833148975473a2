import type {
  AnyArtifact,
  Complaint,
  Envelope,
  FeedEntry,
  Health,
  Status,
  StatusQuery,
  TaskAnswer,
  UploadAnswer,
  ValueOf,
} from "@tasuki/contracts";

/** The verbs of one node's bus, as a client calls them. Rejections are `TasukiError`; where no answer came, `unreachable`. */
export interface BusVerbs {
  readonly role: string;
  task(envelope: Envelope, options?: { budgetMs?: number; traceparent?: string; signal?: AbortSignal }): Promise<TaskAnswer>;
  status(query: StatusQuery, options?: { signal?: AbortSignal }): Promise<Status>;
  health(options?: { signal?: AbortSignal }): Promise<Health>;
  /** Entries from an index, in order, without gaps, reconnecting for ever, until the signal. `onState` tells when the connection is lost and found. */
  watch(from: number, options: { signal: AbortSignal; onState?: (state: "connected" | "lost") => void }): AsyncIterable<FeedEntry>;
  /** Uploads bytes under a contract (`name@version`); streams. */
  uploadBytes(
    contract: string,
    blob: { sha256: string; size: number; bytes: AsyncIterable<Uint8Array> },
    options?: { signal?: AbortSignal },
  ): Promise<UploadAnswer>;
}

/** `unknown` for a value of the artifact; else the sentence that the compiler prints. */
type IsValueOf<A extends AnyArtifact, Value> =
  Value extends ValueOf<A>
    ? unknown
    : Complaint<`this is no value of artifact '${A["name"]}': compare it with the schema of '${A["name"]}', or name the artifact that it is of`>;

/** The typed client of one node's bus. */
export interface BusClient extends BusVerbs {
  /** Uploads a value of an artifact, typed by it. */
  upload<A extends AnyArtifact>(artifact: A, value: ValueOf<A>): Promise<UploadAnswer>;
  // Only for its complaint: what didn't fit above is said here in a sentence.
  upload<A extends AnyArtifact, Value>(artifact: A, value: Value & IsValueOf<A, Value>): Promise<UploadAnswer>;
  /** Reads the artifacts of one kind from a task's files. Rejects with `contract_violation` where the text breaks its contract. */
  read<A extends AnyArtifact>(artifact: A, query: { task: string } | { run: string }): Promise<readonly ValueOf<A>[]>;
}
