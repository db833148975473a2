import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { OperatorClient } from "../api/operator-client.ts";
import type { LocalPlace } from "../local/local-nodes.ts";
import { type LocalRelay, startLocalRelay } from "../local/start-local-relay.ts";
import { toNodeLine } from "../render/node-line.ts";
import type { Cli } from "./cli.ts";
import { childEnvironment } from "./env.ts";

export interface RelayToStart extends LocalPlace {
  /** Leaves out that a process is healthy; deaths, warnings and errors are shown all the same. */
  readonly isQuiet?: boolean;
  /** True where the data folder is removed at the end, so that nobody is sent to its logs. */
  readonly isTemporary?: boolean;
}

const pollMs = 50;
const polls = 100;

/** Starts a prepared local relay, with its lines on stderr; resolves when main has an answer of every node, or five seconds after their start. */
export async function startRelay(cli: Cli, { isQuiet = false, isTemporary = false, ...place }: RelayToStart): Promise<LocalRelay> {
  const style = cli.messageStyle;
  const starting = startLocalRelay({
    ...place,
    environment: childEnvironment,
    signal: cli.signal,
    onLine: (line) => {
      if (isQuiet && line.source === "relay" && line.text === "is healthy") return;
      const shown = toNodeLine(line, style);
      if (shown !== undefined) cli.say(shown);
    },
  });
  const relay = await starting.catch((error: unknown) => {
    if (!isTemporary && !cli.signal.aborted) cli.say(style.dim(`Logs: ${logsIn(place.data)}`));
    throw error;
  });
  await untilConnected(cli.client(place), cli.signal);
  return relay;
}

/** The log file of each node in a relay's data folder, with `ROLE` for the role. */
export function logsIn(data: string): string {
  return join(data, "ROLE", "logs", "node.jsonl");
}

/** Resolves when main has an answer of every other node. A run that is started without one says itself whom it waits for. Never rejects. */
async function untilConnected(client: Pick<OperatorClient, "nodes">, signal: AbortSignal): Promise<void> {
  for (let poll = 0; poll < polls && !signal.aborted; poll += 1) {
    const nodes = await client.nodes().catch(() => []);
    if (nodes.length > 0 && nodes.every(({ reachable, health }) => reachable && health !== undefined)) return;
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
