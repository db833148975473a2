import type { AnyArtifact } from "../kit/define-artifact.ts";
import type { Unmet } from "../messages/problem.ts";

/** A file that another machine made, and the contract that it is to keep. */
export interface JudgedFile {
  readonly artifact: AnyArtifact;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Maker, as far as the node knows: a principal, or a node. */
  readonly by: string;
  /** Reads the bytes. Called once, when the file's turn has come. */
  readonly read: () => Promise<Uint8Array>;
}

/** Judges single files by their contracts, so that the event loop goes on meanwhile, whatever their size. */
export interface Judge {
  /**
   * Everything in the file that doesn't hold; empty where all of it does. Rejects with `unavailable` where the file could not be judged within
   * the limits, and with `invalid_state` where the relay's files are no longer those that this process has loaded.
   */
  judge(file: JudgedFile): Promise<readonly Unmet[]>;
}
