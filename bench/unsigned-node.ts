// The benchmarks' own node with signatures that cost nothing and prove nothing. Its difference to the node with signatures is the cost of signing
// and checking. The node is composed here, since no configuration can switch signatures off.
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes, randomUUIDv7 } from "node:crypto";
import type { Signer, Trust } from "@tasuki/evidence";
import { createBusApp, createLoopbackIdentity, createPolicyState, listenBus, parsePolicy, writePolicy } from "@tasuki/bus";
import { composeNode, readNodeConfig, systemClock } from "@tasuki/node";
import { inProcessExecutor } from "@tasuki/node/testing";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { openStore } from "@tasuki/store";
import { z } from "zod";
import { benchPipelines } from "./bench-pipeline.ts";

const { BENCH_ROLE: role, BENCH_DATA: data } = z.object({ BENCH_ROLE: z.string(), BENCH_DATA: z.string() }).parse(process.env);
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const { pipeline, work: works } = benchPipelines.files;
const work = works[role];
if (work === undefined) throw new Error(`${role} has no work of its own`);
const signature = Buffer.alloc(64);
const signer: Signer = { keyid: "0".repeat(64), sign: () => signature };
const trust: Trust = { verify: () => true, verifyAside: async () => true, nodes: () => [] };

const config = await readNodeConfig(join(data, "config.jsonc"));
const { host = "127.0.0.1", port } = config.listen;
const policyText = writePolicy({ pipeline, people: { ops: ["ops@example.com"] } });
const policy = parsePolicy(policyText);
const clock = systemClock;
const newId = (): string => randomUUIDv7();
const store = await openStore({ folder: data, clock, newId });
const identity = createLoopbackIdentity({ folder: join(data, "identity"), role, policy, roster: config.roster });
const options = { role, pipeline, data, config, policy: policyText, executor: inProcessExecutor(work), judge: judgeAtOnce };
const node = composeNode(
  { ...options, clock, random: Math.random, logger, version: "bench" },
  {
    node: role,
    store,
    signer,
    trust,
    policyState: createPolicyState({ text: policyText, pipeline, drift: () => [], unheardMs: () => 0, clock }),
    identity,
    newId,
    salt: () => randomBytes(16).toString("hex"),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(data);
      return bavail * bsize;
    },
    clientFor: () => {
      throw new Error("this node calls nobody");
    },
  },
);
const app = createBusApp({
  ...options,
  ...node,
  store,
  logger,
  clock,
  identify: ({ socket: { remoteAddress = "", remotePort = 0 }, headers: { authorization } }) =>
    identity.identify({ address: remoteAddress, port: remotePort, authorization }),
  allowedHosts: () => [`${host}:${port}`],
});
const bus = await listenBus({ app, host, port });
node.start();
const end = async (): Promise<void> => {
  await bus[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
};
process.once("disconnect", () => void end().then(() => process.exit(0)));
process.send?.("started");
