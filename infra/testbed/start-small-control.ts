import type { ControlServer } from "./control-server.ts";
import type { Network } from "./open-network.ts";
import { startProcess } from "./start-process.ts";

/** Starts the control server of `control/`. It takes every machine in, with the tags that it asks for, and every policy file that it can read. */
export async function startSmallControl(
  { network, program }: { readonly network: Network; readonly program: string },
  policyFile: string,
): Promise<ControlServer> {
  const started = startProcess(network.inside("hub", [program, "-ip", network.hub, "-policy", policyFile]), {});
  await started.printed("listening");
  return {
    pid: started.pid,
    url: `http://${network.hub}:8080`,
    env: {},
    joining: async ({ tags }) => ["--auth-key=any", ...(tags.length === 0 ? [] : [`--advertise-tags=${tags.join(",")}`])],
    check: async () => undefined,
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
