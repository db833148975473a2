import { randomUUIDv7 } from "node:crypto";
import type { BenchRelay } from "./bench-relay.ts";
import { drive, within } from "./measure.ts";

const roles = ["main", "nano", "sg", "jp"];
/** Time in which a run is closed, whatever the load. */
const mostMs = 120_000;

/** Part of a relay that it is driven by: an earlier commit's has it too. */
export type Driven = Pick<BenchRelay, "urlOf" | "as" | "cpuOf"> & {
  client(role: string, principal: "operator"): Pick<ReturnType<BenchRelay["client"]>, "watch">;
};

export interface RelayDriver extends Disposable {
  /** Keeps `inFlight` runs going for so long. Milliseconds are from POST /task to main's signed `closed`; `cpuMs` is processor time of all nodes a run. */
  measure(load: {
    readonly forMs: number;
    readonly inFlight: number;
  }): Promise<Awaited<ReturnType<typeof drive>> & { readonly cpuMs: number }>;
}

/**
 * Drives runs through a relay, each with an inline brief and what else is `given`, and follows main's feed to learn that they are closed. Processor time
 * is that of the nodes, or what `cpuOf` says.
 */
export function driveRelay(
  relay: Driven,
  { given = {}, cpuOf = relay.cpuOf }: { readonly given?: object; readonly cpuOf?: (role: string) => Promise<number> } = {},
): RelayDriver {
  const stop = new AbortController();
  const closed = new Map<string, () => void>();
  const follow = async (): Promise<void> => {
    for await (const { leaf } of relay.client("main", "operator").watch(0, { signal: stop.signal })) {
      const event = JSON.parse(leaf) as { run?: string; type: string };
      if (event.type !== "closed" || event.run === undefined) continue;
      closed.get(event.run)?.();
      closed.delete(event.run);
    }
  };
  const following = follow();
  const relayOne = async (): Promise<void> => {
    const id = randomUUIDv7();
    const { promise, resolve } = Promise.withResolvers<void>();
    closed.set(id, resolve);
    const answer = await fetch(`${relay.urlOf("main")}/task`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(await relay.as("operator")) },
      body: JSON.stringify({ id, kind: "run", brief: "What is it?", ...given }),
    });
    if (answer.status !== 202) throw new Error(`main answered ${answer.status}: ${await answer.text()}`);
    // A feed that is not followed any more ends the measurement with its reason, and not in silence.
    await within(mostMs, `run ${id}`, Promise.race([promise, following]));
  };
  const cpu = async () => (await Promise.all(roles.map((role) => cpuOf(role)))).reduce((sum, each) => sum + each, 0);
  return {
    async measure(load) {
      const before = await cpu();
      const result = await drive(load, relayOne);
      return { ...result, cpuMs: ((await cpu()) - before) / result.ms.samples };
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}
