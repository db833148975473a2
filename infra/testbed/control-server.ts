import type { Machine } from "./open-tailnet.ts";

/** Control server of a tailnet: tells its machines about each other, and enforces the policy file. It listens on the hub, and ends with its process. */
export interface ControlServer extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** Environment of every tailscaled that joins. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the arguments of `tailscale up` by which a machine joins with its tags. */
  joining(machine: Machine): Promise<readonly string[]>;
  /** Rejects where the server would refuse a policy file, given the machines that it knows now. */
  check(policyFile: string): Promise<void>;
}

/** `small` is the server in `control/`, built here; `headscale` is the one on PATH. Both read their policy file again at SIGHUP. */
export type ControlKind = "small" | "headscale";
