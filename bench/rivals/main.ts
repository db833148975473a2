// Process of a rival: its client, and the workers of its four hops. The parent says by IPC what to do, and is answered with what was measured.
import { randomUUID } from "node:crypto";
import { drive } from "../measure.ts";
import type { Message, OpenRival } from "./rival.ts";

const adapters: Readonly<Record<string, () => Promise<{ readonly open: OpenRival }>>> = {
  bullmq: () => import("./bullmq.ts"),
  "graphile-worker": () => import("./graphile-worker.ts"),
  "pg-boss": () => import("./pg-boss.ts"),
  postgresql: () => import("./postgresql.ts"),
};

const [name = "", url = ""] = process.argv.slice(2);
const waiting = new Map<string, () => void>();
const finished = (id: string): void => {
  waiting.get(id)?.();
  waiting.delete(id);
};
const adapter = adapters[name];
if (adapter === undefined) throw new Error(`there is no rival ${name}`);
const rival = await (await adapter()).open({ url, finished });

const message = (): Message => ({ id: randomUUID(), filler: "x".repeat(960) });
const relay = async (): Promise<void> => {
  const sent = message();
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(sent.id, resolve);
  await rival.start(sent);
  await promise;
};

interface Order {
  readonly what: "ack" | "relay";
  readonly inFlight: number;
  readonly forMs: number;
}

process.on("message", ({ what, inFlight, forMs }: Order) => {
  void drive({ inFlight, forMs }, what === "ack" ? () => rival.enqueue(message()) : relay).then((measured) => process.send?.({ measured }));
});
// Whatever is open ends with the process; the servers' data are thrown away.
process.once("disconnect", () => process.exit(0));
process.send?.("started");
