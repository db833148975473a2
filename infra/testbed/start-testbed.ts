import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPrograms } from "./build-programs.ts";
import type { ControlKind } from "./control-server.ts";
import { type Network, openNetwork } from "./open-network.ts";
import { openTailnet, type TestTailnet } from "./open-tailnet.ts";
import { repository, roles, startNodes, type TestNodes } from "./start-nodes.ts";

export interface Testbed extends AsyncDisposable {
  readonly network: Network;
  readonly tailnet: TestTailnet;
  readonly nodes: TestNodes;
  /** Text of the repository's own policy, which is in force at first. */
  readonly policy: string;
  /**
   * Machines of no role: `laptop` is a person's, in the tailnet; `shared` has the tags of two roles, and at first no node; `neighbour` is on the
   * same wire, and not in the tailnet.
   */
  readonly others: readonly ["laptop", "shared", "neighbour"];
  /** The roles whose tags `shared` has. */
  readonly sharing: readonly string[];
}

const others = ["laptop", "shared", "neighbour"] as const;
const sharing = ["nano", "jp"];
const tagOf = (role: string): string => `tag:tasuki-${role}`;

export interface TestbedOptions {
  /** Called with each line about the progress. */
  readonly onLine: (text: string) => void;
  readonly control: ControlKind;
}

/** Starts a whole relay on a real tailnet, all of it on this machine. */
export async function startTestbed({ onLine, control }: TestbedOptions): Promise<Testbed> {
  await using opened = new AsyncDisposableStack();
  let began = performance.now();
  const lap = (what: string): void => {
    onLine(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}`);
    began = performance.now();
  };
  const programs = await buildPrograms(onLine);
  lap("programs");
  const folder = await mkdtemp(join(tmpdir(), "tasuki-testbed-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const names = roles.map(({ name }) => name);
  const network = opened.use(await openNetwork([...names, ...others]));
  lap("network namespaces");
  const policy = await readFile(join(repository, "infra", "tailnet", "policy.hujson"), "utf8");
  const machines = [
    ...names.map((name) => ({ name, tags: [tagOf(name)] })),
    { name: "laptop", tags: [] },
    { name: "shared", tags: sharing.map(tagOf) },
  ];
  const tailnet = opened.use(await openTailnet({ network, programs, folder, control }, machines, policy));
  lap(`tailnet of ${machines.length} machines, told what to do by ${control === "small" ? "the small control server" : control}`);
  const nodes = opened.use(await startNodes({ network, tailnet, data: join(folder, "data") }));
  lap(`nodes: ${names.map((name) => `${name} ${nodes.urlOf(name)}`).join(", ")}`);
  const stack = opened.move();
  return { network, tailnet, nodes, policy, others, sharing, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
