import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createLocalApi } from "@tasuki/bus";
import type { Programs } from "./build-programs.ts";
import type { ControlKind } from "./control-server.ts";
import type { Network } from "./open-network.ts";
import { startHeadscale } from "./start-headscale.ts";
import { type Started, startProcess } from "./start-process.ts";
import { startSmallControl } from "./start-small-control.ts";

export interface Machine {
  readonly name: string;
  /** Tags of the machine. A machine without tags is a person's, of the policy's one group. */
  readonly tags: readonly string[];
}

/** A tailnet of its own: a control server, and a tailscaled on each machine. */
export interface TestTailnet extends AsyncDisposable {
  /** Address of a machine in the tailnet. */
  addressOf(machine: string): string;
  /** Path of the socket of a machine's tailscaled. */
  socketOf(machine: string): string;
  /** Ids of all tailscaled processes, which are those that could talk to the world. */
  pids(): readonly number[];
  /** Last output of each tailscaled that ended without having been told to. */
  fallen(): readonly string[];
  /** Gives the control server another policy file, which machines follow within a moment. */
  setPolicy(text: string): Promise<void>;
  /** Ends a machine's tailscaled in order; the machine has no address in the tailnet then. */
  stop(machine: string): Promise<void>;
  start(machine: string): Promise<void>;
  /** Stops a machine's tailscaled with SIGSTOP, as one that hangs. */
  pause(machine: string): Promise<void>;
  /** Lets a paused tailscaled go on. */
  resume(machine: string): Promise<void>;
  stopControl(): Promise<void>;
}

/** Environment of every tailscaled: no logs leave it, and it would rather crash than dial the public control server. */
export const safety = {
  TS_NO_LOGS_NO_SUPPORT: "true",
  TS_PANIC_IF_HIT_MAIN_CONTROL: "1",
  TS_DISABLE_PORTMAPPER: "1",
  TS_ASSUME_NETWORK_UP_FOR_TEST: "1",
  TS_DEBUG_FIREWALL_MODE: "nftables",
};

export interface TestTailnetDeps {
  readonly network: Network;
  readonly programs: Programs;
  readonly folder: string;
  readonly control: ControlKind;
}

export async function openTailnet(
  { network, programs, folder, control: kind }: TestTailnetDeps,
  machines: readonly Machine[],
  policy: string,
): Promise<TestTailnet> {
  await using opened = new AsyncDisposableStack();
  const policyFile = join(folder, "tailnet-policy.hujson");
  await writeFile(policyFile, policy);
  const control = opened.use(
    kind === "headscale"
      ? await startHeadscale({ network, folder }, policyFile)
      : await startSmallControl({ network, program: programs.control }, policyFile),
  );

  const running = new Map<string, Started>();
  const fallen: string[] = [];
  opened.defer(async () => {
    const all = [...running.values()];
    running.clear();
    await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
  });
  const addresses = new Map<string, string>();
  const stateOf = (machine: string): string => join(folder, "tailscale", machine);
  const socketOf = (machine: string): string => join(stateOf(machine), "ts.sock");
  const start = async (machine: string): Promise<void> => {
    const state = stateOf(machine);
    await mkdir(state, { recursive: true });
    const flags = ["--tun=tailscale0", "--port=41641", "--no-logs-no-support", `--statedir=${state}`, `--socket=${socketOf(machine)}`];
    const argv = network.inside(machine, [programs.tailscaled, ...flags]);
    const started = startProcess(argv, { ...safety, ...control.env, TS_LOGS_DIR: state, HOME: state });
    running.set(machine, started);
    const watch = async (): Promise<void> => {
      const code = await started.ended;
      if (running.get(machine) === started) fallen.push(`${machine}'s tailscaled ended with ${code}: ${started.output().slice(-4_000)}`);
    };
    void watch();
  };
  const untilRunning = async (machine: string): Promise<void> => {
    using localApi = createLocalApi({ socket: socketOf(machine), timeoutMs: 2_000 });
    for (;;) {
      const status = await localApi.status().catch(() => undefined);
      const [address] = status?.TailscaleIPs ?? [];
      if (status?.BackendState === "Running" && address !== undefined) return void addresses.set(machine, address);
      await delay(20);
    }
  };
  const joinTailnet = async (machine: Machine): Promise<void> => {
    const { name } = machine;
    const up = ["up", `--login-server=${control.url}`, `--hostname=${name}`, "--timeout=60s", ...(await control.joining(machine))];
    await promisify(execFile)(programs.tailscale, [`--socket=${socketOf(name)}`, ...up], { env: safety });
    await untilRunning(name);
  };

  await Promise.all(machines.map(({ name }) => start(name)));
  // Machines join one after the other, since their addresses depend on the order.
  for (const machine of machines) await joinTailnet(machine);
  await control.check(policyFile);
  const stack = opened.move();
  return {
    addressOf: (machine) => addresses.get(machine) ?? "",
    socketOf,
    fallen: () => [...fallen],
    pids: () => [...running.values()].map(({ pid }) => pid),
    async setPolicy(text) {
      await writeFile(policyFile, text);
      process.kill(control.pid, "SIGHUP");
    },
    async stop(machine) {
      const started = running.get(machine);
      running.delete(machine);
      await started?.[Symbol.asyncDispose]();
    },
    pause: async (machine) => void process.kill(running.get(machine)?.pid ?? 0, "SIGSTOP"),
    resume: async (machine) => void process.kill(running.get(machine)?.pid ?? 0, "SIGCONT"),
    async start(machine) {
      await start(machine);
      await untilRunning(machine);
    },
    async stopControl() {
      await control[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
