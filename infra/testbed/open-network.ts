import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Machines that are network namespaces of this one, joined by a bridge that leads nowhere else. */
export interface Network extends AsyncDisposable {
  /** Address of the hub, which has the control server, and which every machine can reach. */
  readonly hub: string;
  /** Address of a machine on the bridge. */
  addressOf(machine: string): string;
  /** Makes the command line that starts a command on a machine; `hub` is one, too. */
  inside(machine: string, argv: readonly string[]): readonly string[];
  /** Pulls a machine's cable, or puts it back. */
  setLink(machine: string, state: "up" | "down"): Promise<void>;
  /** Starts a command on a machine. Resolves with its output once it has ended. */
  exec(machine: string, argv: readonly string[]): Promise<string>;
}

const hubAddress = "10.99.0.1";

/** Makes the namespaces and the bridge, for which it needs root and iproute2. Disposing deletes them, and no others. */
export async function openNetwork(machines: readonly string[]): Promise<Network> {
  const namespaceOf = (machine: string): string => `tasuki-${process.pid}-${machine}`;
  const addressOf = (machine: string): string => (machine === "hub" ? hubAddress : `10.99.0.${11 + machines.indexOf(machine)}`);
  const inside = (machine: string, argv: readonly string[]) => ["ip", "netns", "exec", namespaceOf(machine), ...argv];
  await using made = new AsyncDisposableStack();
  const ip = async (line: string): Promise<void> => void (await execute("ip", line.split(" ")));
  const addNamespace = async (machine: string): Promise<string> => {
    const name = namespaceOf(machine);
    await ip(`netns add ${name}`);
    made.defer(() => ip(`netns delete ${name}`));
    await ip(`-n ${name} link set lo up`);
    return name;
  };

  const hub = await addNamespace("hub");
  await ip(`-n ${hub} link add br0 type bridge`);
  await ip(`-n ${hub} address add ${hubAddress}/24 dev br0`);
  await ip(`-n ${hub} link set br0 up`);
  for (const machine of machines) {
    const name = await addNamespace(machine);
    await ip(`link add v-${machine} netns ${hub} type veth peer name eth0 netns ${name}`);
    await ip(`-n ${hub} link set v-${machine} master br0 up`);
    await ip(`-n ${name} address add ${addressOf(machine)}/24 dev eth0`);
    await ip(`-n ${name} link set eth0 up`);
  }
  const stack = made.move();
  return {
    hub: hubAddress,
    addressOf,
    inside,
    setLink: (machine, state) => ip(`-n ${hub} link set v-${machine} ${state}`),
    async exec(machine, argv) {
      const [program = "", ...args] = inside(machine, argv);
      return (await execute(program, args)).stdout;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
