import { isTasukiError, sha256Of, taskPayloadType } from "@tasuki/protocol";
import { createDirectClient } from "@tasuki/bus/testing";
import { createIds } from "./ids.ts";
import { createBoot, within } from "./machine/boot.ts";
import { createDisk } from "./machine/disk.ts";
import type { Network } from "./machine/network.ts";
import { setTimeout as delay } from "./machine/timers-promises.ts";
import type { VirtualTime } from "./machine/virtual-time.ts";
import type { Random } from "./random.ts";
import { epochStart, operator } from "./relay.ts";

/** A run that people asked for. */
interface Requested {
  readonly id: string;
  readonly brief: string;
  /** True where its files are named as nobody may name them: main must refuse it. */
  readonly isBad: boolean;
  /** Main's last word to whoever asked; undefined until there is one. */
  answer?: "acknowledged" | "refused";
}

/** People and scripts, who ask for runs from a machine of their own, and ask again until they are answered. */
export interface Workload {
  readonly requested: readonly Requested[];
  /** Asks for one more run; for a bad one by chance, unless that is said. */
  ask(isBad?: boolean): void;
}

interface WorkloadDeps {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly network: Network;
  /** Fields of each request, besides brief and sources. */
  readonly asks: () => object;
}

const askAgainMs = 2_000;
/** Bytes of a source that is kept in a file of its own, and not in its row (`smallBlob` of the store). */
const largeSize = 66_000;
/** Long enough for any attempt, short enough that one that hangs is given up in a simulation. */
export const startToClose = 120_000;

export function createWorkload({ time, network, asks, ...deps }: WorkloadDeps): Workload {
  const random = deps.random.fork("workload");
  const sizes = deps.random.fork("sizes of sources");
  const newId = createIds(() => epochStart + time.now(), random);
  const machine = { node: operator, time, disk: createDisk(), mishaps: { onFile: () => 0, onCommit: () => "kept" as const } };
  const boot = createBoot(machine);
  const client = createDirectClient({ passage: network.passage(boot, "main"), random: () => random.next() });
  const requested: Requested[] = [];

  const persist = async (act: () => Promise<unknown>): Promise<"acknowledged" | "refused"> => {
    for (;;) {
      try {
        await act();
        return "acknowledged";
      } catch (error) {
        if (isTasukiError(error) && !error.retryable && error.code !== "attachments_missing") return "refused";
        await delay(askAgainMs * (0.5 + random.next()));
      }
    }
  };
  const ask = async (run: Requested): Promise<void> => {
    const texts = Array.from({ length: random.integer(run.isBad ? 1 : 0, 2) }, (_, at) => {
      const text = `# Source ${at + 1} of ${run.id}\n`;
      return sizes.chance(0.1) ? text.padEnd(largeSize, "and so on\n") : text;
    });
    const attachments = texts.map((text, at) => ({
      name: run.isBad && at === 0 ? "notes.md" : `S${at + 1}.md`,
      contract: "source@1",
      size: Buffer.byteLength(text),
      sha256: sha256Of(text),
    }));
    for (const text of texts)
      await persist(() => client.uploadBytes("source@1", { sha256: sha256Of(text), size: text.length, bytes: bytesOf(text) }));
    const request = { kind: "run", id: run.id, brief: run.brief, attachments, clocks: { startToClose }, ...asks() };
    const payload = Buffer.from(JSON.stringify(request)).toString("base64");
    run.answer = await persist(() => client.task({ payload, payloadType: taskPayloadType, signatures: [] }));
  };

  return {
    requested,
    ask(isBad) {
      const id = newId();
      const run: Requested = { id, brief: `# What is ${id}?\n\nWhat is it made of?\n`, isBad: isBad ?? random.chance(0.1) };
      requested.push(run);
      within(boot, () => void ask(run));
    },
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
}
