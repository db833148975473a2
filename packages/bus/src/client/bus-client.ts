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
} from "@tasuki/protocol";

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onState?: ((state: "connected" | "lost") => void) | undefined;
  readonly after?: string | undefined;
  /** Called at each connection whose feed is known again by its entry before the next one. */
  readonly onKnown?: (() => void) | undefined;
}

/** The verbs of one node's bus, as a client calls them. Rejections are `TasukiError`, with `unreachable` where no answer came. */
export interface BusVerbs {
  /**
   * Sends a task. `files`: contents of some of its attachments, which travel with it, within `travelLimit`. A node of an earlier release doesn't look
   * at them, and says that they are missing.
   */
  task(
    envelope: Envelope,
    options?: { files?: readonly Buffer[]; budgetMs?: number; traceparent?: string; signal?: AbortSignal },
  ): Promise<TaskAnswer>;
  /** Asks for the node's status. An answer of more than `mostBytes` is not read (`answer_invalid`). */
  status(query: StatusQuery, options?: { signal?: AbortSignal; mostBytes?: number }): Promise<Status>;
  health(options?: { signal?: AbortSignal }): Promise<Health>;
  /**
   * Yields the entries of the feed from an index on, in order and without gaps, and reconnects until the signal. `onState` is called when the
   * connection is lost and found. `after` is the SHA-256 of the leaf before `from`: rejects with `digest_mismatch` where the feed has another
   * one there, or, later, where a new connection leads to a feed that has other entries than those that were yielded.
   */
  watch(from: number, options: FollowOptions): AsyncIterable<FeedEntry>;
  /** Streams bytes to the node, under a contract (`name@version`). */
  uploadBytes(
    contract: string,
    blob: { sha256: string; size: number; bytes: AsyncIterable<Uint8Array> },
    options?: { signal?: AbortSignal },
  ): Promise<UploadAnswer>;
}

/** `unknown` for a value of the artifact; for any other, the sentence that the compiler prints. */
type IsValueOf<A extends AnyArtifact, Value> =
  Value extends ValueOf<A>
    ? unknown
    : Complaint<`this is no value of artifact '${A["name"]}': compare it with the schema of '${A["name"]}', or name the artifact that it is of`>;

/** The typed client of one node's bus. */
export interface BusClient extends BusVerbs {
  /** Writes a value of an artifact as its file, and uploads that. */
  upload<A extends AnyArtifact>(artifact: A, value: ValueOf<A>): Promise<UploadAnswer>;
  // This overload is there for its complaint: a value that doesn't fit the first one is refused here by a sentence.
  upload<A extends AnyArtifact, Value>(artifact: A, value: Value & IsValueOf<A, Value>): Promise<UploadAnswer>;
  /** Reads the values of one artifact from the files of a task or run. Rejects with `contract_violation` where a text breaks its contract. */
  read<A extends AnyArtifact>(artifact: A, query: { task: string } | { run: string }): Promise<readonly ValueOf<A>[]>;
}
