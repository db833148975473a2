import type { Envelope, FeedEntry, RunStatus } from "@tasuki/protocol";
import type { Trust } from "@tasuki/evidence";

/** The feed of one data folder, as far as it was ever written. */
export interface RecordedFeed {
  readonly node: string;
  readonly role: string;
  readonly instance: string;
  readonly entries: readonly FeedEntry[];
  /** True for a node that lies with its own key. Nothing is promised of its feed; that of what it says no more is shown than is proven, is. */
  readonly lies?: boolean;
  /** SHA-256 of files that its tasks name and that its disk does not hold as they were, at the end. */
  readonly lacking?: readonly string[];
}

/** An acknowledgment that a sender got: 202 to a task. */
export interface RecordedAnswer {
  readonly from: string;
  readonly to: string;
  readonly task: string;
  readonly receipt: Envelope;
}

/** Status of a run, as main showed it. */
export interface RecordedStatus {
  readonly run: RunStatus;
  /** Number of entries that each feed (by instance) had then, where that is known; a rung must be proven by those. */
  readonly sizes?: ReadonlyMap<string, number>;
}

/** Records that clients and nodes made of a relay, by any means: simulated, or real processes. */
export interface History {
  /** Roles in order, without main. */
  readonly route: readonly string[];
  readonly trust: Trust;
  /** Feeds of every data folder that ever was, also of machines that were replaced. */
  readonly feeds: readonly RecordedFeed[];
  readonly answers: readonly RecordedAnswer[];
  /** Statuses in the order in which they were shown; the last of each run is how it stood at the end. */
  readonly statuses: readonly RecordedStatus[];
  /** True for a file name that its contract (`name@version`) gives. */
  readonly isNamed: (contract: string, name: string) => boolean;
  /** Files that honest work makes of a run: digests by file name. Undefined where they can't be told. */
  readonly expected?: (run: string) => ReadonlyMap<string, string> | undefined;
}

/** A guarantee (docs/guarantees.md) that did not hold, and where. */
export interface Violation {
  readonly guarantee: string;
  readonly what: string;
}
