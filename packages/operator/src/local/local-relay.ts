/** One node of a local relay. */
export interface LocalNode {
  readonly role: string;
  /** Its data folder, absolute. */
  readonly data: string;
  /** Port of its bus, on 127.0.0.1. */
  readonly port: number;
  /** Base URL of its bus. */
  readonly url: string;
}

/** A line that a node printed (its log), or that the local relay says about the node's process: that it is healthy, died, starts again. */
export interface RelayLine {
  readonly role: string;
  readonly text: string;
  readonly source: "node" | "relay";
}

/** All roles of the pipeline as processes of this machine. Disposing ends every one of them. */
export interface LocalRelay extends AsyncDisposable {
  readonly nodes: readonly LocalNode[];
}

export interface LocalRelayOptions {
  /** The folder that holds one data folder per role. */
  readonly data: string;
  /** Main's port; the other roles have the ones after it. */
  readonly portBase: number;
  readonly onLine: (line: RelayLine) => void;
  /** Ends the start. */
  readonly signal?: AbortSignal;
}
