import type { Envelope, SaltedText, TaskPayload } from "@tasuki/protocol";
import type { SmallBlob } from "./blobs.ts";
import type { BlobRow, RunRow, TaskRow } from "./rows.ts";

/** Request to accept a task that was judged by everything but what the store alone knows. */
export interface AcceptRequest {
  readonly payload: TaskPayload;
  readonly digest: string;
  readonly envelope: Envelope;
  readonly from: string;
  readonly traceparent?: string;
  readonly now: number;
  /** The most tasks of one sender that may wait; one more is answered with `full`. */
  readonly queueLimit: number;
  /**
   * Main's word for work: `granted` where main's own grant came with it; `unproven` where none did, and main has said nothing of the run here. Work
   * of main's own has none. Unproven work is claimed after all other, and a sender has little of it here (`unprovenLimit`).
   */
  readonly proof?: "granted" | "unproven";
  /** The row that a task of kind `run` creates in the same commit. */
  readonly run?: RunRow;
  /** Small files that came with the task, and that are kept in the same commit if it is accepted. */
  readonly blobs?: readonly SmallBlob[];
}

/**
 * The most unproven work of one sender that a node has, waiting or done, as long as main has not said a word of it: tasks, and bytes of their files.
 * One task may have more bytes alone.
 */
export const unprovenLimit = { tasks: 16, bytes: 256 * 1024 * 1024 } as const;

/** The answer to a request. `texts` has the text that the receipt names; absent where it names none, or the text is gone. */
export type Accepted =
  | { readonly is: "accepted"; readonly index: number; readonly receipt: Envelope; readonly texts?: readonly SaltedText[] }
  /** A task of this id and digest was accepted before. `receipt` is its stored first receipt. */
  | { readonly is: "replayed"; readonly receipt: Envelope; readonly texts?: readonly SaltedText[] }
  | { readonly is: "conflict" }
  | { readonly is: "missing"; readonly digests: readonly string[] }
  | { readonly is: "stale"; readonly epoch: number }
  /** The run was closed here at this epoch, which is not below the task's. */
  | { readonly is: "archived"; readonly epoch: number }
  | { readonly is: "taken"; readonly by: string }
  | { readonly is: "full" };

/** Grounds on which a task is judged before it is accepted. */
export interface Grounds {
  /** The task that was accepted under the same id. */
  readonly task?: TaskRow;
  /** The highest epoch known of the run; 0 for an unknown one. */
  readonly epoch: number;
  readonly run?: RunRow;
  /** Those of the blobs that are here, by their SHA-256. */
  readonly blobs: ReadonlyMap<string, BlobRow>;
  /** True where a task was ever accepted here with main's grant: main signs them. */
  readonly isGranted?: true;
  /** Highest epoch at which main itself has sent work or a nudge of the run. */
  readonly mainsEpoch?: number;
}
