import { setTimeout as delay } from "node:timers/promises";
import type { BusClient } from "@tasuki/bus";
import type { Reachability } from "./reachability.ts";

/** Time in which a node that is awaited answers, and the pause between two questions, milliseconds: a node that stops is noticed within both. */
const answerMs = 3_500;
const pauseMs = 1_000;

export interface Awaited {
  readonly node: string;
  readonly client: Pick<BusClient, "health">;
  readonly reachability: Pick<Reachability, "set">;
  /** Resolves when a closing run waits for the node, at once where one does; on the signal too. */
  readonly untilAwaited: (signal: AbortSignal) => Promise<void>;
  /** Called when the node answers after it was shown as unreachable. */
  readonly onAnswer: () => Promise<void>;
}

/**
 * Asks a node for its health again and again while a closing run waits for it, until the signal, and shows it as unreachable where it does not
 * answer. A node that has died closes its connection; one that has stopped, or whose machine is gone, leaves it open, and its feed notices that only
 * after three pings.
 */
export async function askWhileAwaited({ node, client, reachability, untilAwaited, onAnswer }: Awaited, signal: AbortSignal): Promise<void> {
  let isSilent = false;
  while (!signal.aborted) {
    // A node that was shown as unreachable is asked until it answers, whatever is awaited of it.
    if (!isSilent) await untilAwaited(signal);
    if (signal.aborted) return;
    const answers = await client.health({ signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) }).then(
      () => true,
      () => false,
    );
    if (signal.aborted) return;
    if (answers && isSilent) await onAnswer();
    if (!answers) reachability.set(node, false);
    isSilent = !answers;
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
