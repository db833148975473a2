// A process that accepts tasks until it is killed, and prints the id of each that was acknowledged: `node accepting-process.ts FOLDER`.
import { randomUUID } from "node:crypto";
import { openStore } from "../open-store.ts";
import { bytesOf, id, largeOf, payloadOf, receiptOf, requestOf } from "./fixtures.ts";

const store = await openStore({ folder: process.argv[2] ?? "", clock: { now: () => 1_000 }, newId: randomUUID });
await store.blobs.stage(bytesOf(largeOf("half of an upload")), { maxBytes: 1_000_000 });
let next = 0;
const accept = async (): Promise<void> => {
  for (;;) {
    const payload = payloadOf({ id: id((next += 1)), run: id(next, 1) });
    const accepted = await store.accept(requestOf(payload, { queueLimit: 1_000_000 }), receiptOf("accepted", payload.id));
    if (accepted.is === "accepted") process.stdout.write(`${payload.id}\n`);
    await store.claim({ now: 1_000, leaseMs: 60_000 }, (row) => receiptOf("started", row.id));
  }
};
await Promise.all(Array.from({ length: 8 }, accept));
