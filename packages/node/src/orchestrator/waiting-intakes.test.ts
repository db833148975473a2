import { randomUUIDv7 } from "node:crypto";
import type { Block, Health, Pipeline, TaskState } from "@tasuki/protocol";
import type { PeerRow, Store, TaskRow } from "@tasuki/store";
import type { Notary } from "@tasuki/evidence";
import { expect, test } from "vitest";
import { createWaitingIntakes, unseenBlock } from "./waiting-intakes.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const roles = ["nano", "sg"];

/** Main's store with these blocked intakes, and what was put back to the queue. */
function openIntakes(blocks: Readonly<Record<string, Block>>) {
  const states = new Map<string, TaskState>(Object.keys(blocks).map((id) => [id, "blocked"]));
  const peers: PeerRow[] = [];
  const resumed: string[] = [];
  const failures: Error[] = [];
  let commit = (): void => undefined;
  const row = (id: string) => ({ id, payload: { kind: "run", run: id }, state: states.get(id), block: blocks[id] }) as TaskRow; // the part it reads
  const store: Partial<Store> = {
    peers: async () => peers,
    statusOf: async () => ({
      size: 0,
      queue: { waiting: 0, running: 0 },
      tasks: [...states.keys()].map((id) => ({ row: row(id), attachments: [] })),
      outbox: [],
    }),
    task: async (id) => row(id),
    async retry(id) {
      const failure = failures.shift();
      if (failure) throw failure;
      resumed.push(id);
      return states.set(id, "queued").has(id);
    },
    onCommit(_topics, listener) {
      commit = listener;
      return () => undefined;
    },
  };
  const intakes = createWaitingIntakes({
    store: store as Store, // the operations that it calls
    pipeline: { roles: roles.map((name) => ({ name })) } as unknown as Pipeline, // the part that it reads
    roster: Object.fromEntries(roles.map((role) => [role, { role, url: "http://node.invalid" }])),
    notary: { event: () => () => ({ leaf: "{}", envelopes: [] }) } as unknown as Notary, // it signs events alone
    backoff: () => 1,
    logger: quiet,
  });
  const see = (node: string): void => {
    const health: Health = {
      node,
      role: node,
      instance: randomUUIDv7(),
      version: "0",
      contracts: { reads: {}, writes: {} },
      clock: new Date(0).toISOString(),
      store: { state: "ok", feed: 0 },
      identity: { provider: "loopback", state: "ok" },
    };
    peers.push({ node, health, at: 0 });
    commit();
  };
  return { intakes, resumed, failures, see, commit: () => commit(), [Symbol.asyncDispose]: () => intakes[Symbol.asyncDispose]() };
}

test("an intake that waits for roles goes on when one of them is seen, also after a restart; any other waits for a person", async () => {
  const text = { reason: "r", needs: "n", clearsWith: "c" };
  await using opened = openIntakes({
    waits: unseenBlock(["nano", "sg"]),
    "waits, says the first release": { ...text, owner: "nano, sg" },
    "waits for what was seen since": unseenBlock(["nano", "sg", "jp"]),
    "is refused": { ...text, kind: "intake", owner: "operator" },
    "is refused, says the first release": { ...text, owner: "operator" },
  });
  const { intakes, resumed, see } = opened;
  intakes.start();
  await expect.poll(() => resumed).toEqual(["waits for what was seen since"]);
  see("nano");
  await expect.poll(() => resumed).toEqual(["waits for what was seen since", "waits", "waits, says the first release"]);
  see("sg");
  await new Promise((resolve) => setImmediate(resolve));
  expect(resumed).toHaveLength(3);
});

test("an intake that could not be put back to the queue is put there later", async () => {
  await using opened = openIntakes({ waits: unseenBlock(["nano", "sg"]) });
  opened.failures.push(new Error("there is no room"), new Error("there is no room"));
  opened.intakes.start();
  opened.see("nano");
  await expect.poll(() => opened.resumed).toEqual(["waits"]);
});
