import type { Machine } from "./open-tailnet.ts";

/** What tells the machines of a tailnet about each other, and which of them may do what. It listens on the hub, and ends with its process. */
export interface ControlServer extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** Set for every tailscaled that it takes in. */
  readonly env: Readonly<Record<string, string>>;
  /** What a machine tells `tailscale up` to be taken in with its tags. */
  joining(machine: Machine): Promise<readonly string[]>;
  /** Rejects where it would not take a policy file, as every machine that it knows now stands. */
  check(policyFile: string): Promise<void>;
}

/** `small`: the one in `control/`, built from what is pinned. `headscale`: the one on PATH. Both read their policy file again at SIGHUP. */
export type ControlKind = "small" | "headscale";
