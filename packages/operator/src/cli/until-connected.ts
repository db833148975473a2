import { setTimeout as delay } from "node:timers/promises";
import type { OperatorClient } from "../api/operator-client.ts";

const pollMs = 50;
const polls = 100;

/**
 * Resolves when main has an answer of every other node, so that a run started now is not held up; after five seconds also without: the run
 * then says whom it waits for. Never rejects.
 */
export async function untilConnected(client: Pick<OperatorClient, "nodes">, signal: AbortSignal): Promise<void> {
  for (let poll = 0; poll < polls && !signal.aborted; poll += 1) {
    const nodes = await client.nodes().catch(() => []);
    if (nodes.length > 0 && nodes.every(({ reachable, health }) => reachable && health !== undefined)) return;
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
