import type { AnyArtifact } from "../kit/define-artifact.ts";
import type { Parsed } from "../kit/read-text.ts";
import type { Unmet } from "../messages/problem.ts";
import type { RunPlan } from "../run/parse-run-file.ts";

/** A file that another machine made. */
export interface GivenFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Maker, as far as the node knows: a principal, or a node. */
  readonly by: string;
  /** Reads the bytes. Called once, when the file's turn has come. */
  readonly read: () => Promise<Uint8Array>;
}

/** A file, and the contract that it is to keep. */
export interface JudgedFile extends GivenFile {
  readonly artifact: AnyArtifact;
}

/**
 * Reads single files by their contracts, so that the event loop goes on meanwhile, whatever their size: the one way in which a node reads a file that
 * another machine made. Every call rejects with `unavailable` where the file could not be read within the limits, and with `invalid_state` where the
 * relay's files are no longer those that this process has loaded.
 */
export interface Judge {
  /** Everything in the file that doesn't hold; empty where all of it does. */
  judge(file: JudgedFile): Promise<readonly Unmet[]>;
  /** Plan of a run.json. Rejects with `unknown_version`, `contract_violation`. */
  plan(file: GivenFile): Promise<RunPlan>;
  /** The file's text in another version of its artifact. */
  rewrite(file: JudgedFile, as: AnyArtifact): Promise<Parsed<string>>;
}
