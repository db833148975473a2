import { randomUUIDv7 } from "node:crypto";
import { connect } from "node:net";
import { type Envelope, type Grant, grantPayloadType, sha256Of, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import type { Random } from "../../sim/random.ts";
import { toText } from "../../sim/pipeline.ts";
import type { Lie } from "../lie.ts";
import type { World } from "../world.ts";
import { type Callee, post, upload } from "./posts.ts";

/** Runs that one flood is about. */
const flooded = 20;

interface Drawn {
  readonly world: World;
  readonly random: Random;
  /** Task of a run that the liar has seen, with the grant that it came with, if there was one. */
  readonly seen: TaskPayload;
  /** Grant as main would give it. */
  readonly wanted: Grant;
}

/** Sends whole work of a run that main never had: its files are there, its run.json names it. Resolves with false where none of a run was seen. */
async function invent(callee: Callee, random: Random, grantOf: (drawn: Drawn) => Envelope | undefined): Promise<boolean | void> {
  const { world, to } = callee;
  const plans = world.tasks
    .map(({ payload }) => payload)
    .filter(({ kind, attachments }) => kind === "work" && attachments.some(({ name }) => name === "run.json"));
  if (plans.length === 0) return false;
  const seen = random.pick(plans);
  const plan = seen.attachments.find(({ name }) => name === "run.json");
  const known = plan && (await callee.read(plan.sha256));
  if (plan === undefined || known === undefined) return false;
  const run = randomUUIDv7();
  const text = known.toString("utf8").replaceAll(seen.run, run);
  const result = toText({ role: world.role, from: sha256Of(run) });
  const [ofRun, ofRole] = [plan.contract, `${world.role}-result@1`];
  await upload(callee, { contract: ofRun, sha256: sha256Of(text), body: text });
  await upload(callee, { contract: ofRole, sha256: sha256Of(result), body: result });
  const { nodes } = seen;
  const wanted: Grant = { v: 1, run, epoch: 1, plan: sha256Of(text), ...(nodes !== undefined && { nodes }) };
  const grant = grantOf({ world, random, seen, wanted });
  const payload: TaskPayload = {
    v: 1,
    id: randomUUIDv7(),
    kind: "work",
    run,
    stage: to,
    epoch: 1,
    from: world.role,
    fromNode: world.role,
    to,
    ...(nodes !== undefined && { nodes }),
    ...(grant !== undefined && { grant }),
    attachments: [
      { name: "run.json", contract: ofRun, size: Buffer.byteLength(text), sha256: sha256Of(text) },
      { name: `${world.role}-result.txt`, contract: ofRole, size: Buffer.byteLength(result), sha256: sha256Of(result) },
    ],
    prev: sha256Of(run),
  };
  await post(callee, world.sign(payload, { payloadType: taskPayloadType }));
}

const ownGrant = ({ world, wanted }: Drawn): Envelope => world.sign(wanted, { payloadType: grantPayloadType });

/** Grants that are none of main's for the work that they come with. */
const grants: Readonly<Record<string, (drawn: Drawn) => Envelope | undefined>> = {
  "no grant": () => undefined,
  "a grant that it has signed itself": ownGrant,
  "the grant of another run": ({ seen }) => seen.grant,
  "its own words under main's signature": (drawn) => drawn.seen.grant && { ...drawn.seen.grant, payload: ownGrant(drawn).payload },
  "a stranger's grant": ({ world, wanted }) => world.sign(wanted, { payloadType: grantPayloadType, signer: world.stranger }),
  "main's dispatch for a grant": ({ world, seen }) =>
    world.tasks.find(({ payload }) => payload.from === "main" && payload.run !== seen.run)?.envelope,
};

/** Work of runs that main never had, and work of the liar's own runs in a way that main never gave out. */
export const inventedWorkLies: readonly Lie<Callee>[] = [
  ...Object.entries(grants).map(([name, grantOf]): Lie<Callee> => ({
    name: `invented work with ${name}`,
    tell: (callee, random) => invent(callee, random, grantOf),
  })),
  {
    name: "a flood of invented work",
    async tell(callee, random) {
      for (let sent = 0; sent < flooded; sent += 1)
        if ((await invent(callee, random, random.pick(Object.values(grants)))) === false) return false;
    },
  },
  {
    name: "work under a grant of an earlier epoch",
    tell(callee, random) {
      const { world, to } = callee;
      const own = world.tasks.map(({ payload }) => payload).filter(({ to: receiver, grant }) => receiver === to && grant !== undefined);
      if (own.length === 0) return false;
      const task = random.pick(own);
      const changed = { ...task, id: randomUUIDv7(), epoch: task.epoch + random.pick([1, 1_000]) };
      return post(callee, world.sign(changed, { payloadType: taskPayloadType }));
    },
  },
  {
    name: "a message in chunks of one byte",
    tell: ({ port, token }) => sendCrumbs({ port, token }),
  },
];

/** Sends a task that goes on for ever, each byte of it in a chunk of its own, until the connection is ended, or for 2 seconds. */
async function sendCrumbs({ port, token }: Pick<Callee, "port" | "token">): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(port, "127.0.0.1");
  const head = `POST /trpc/task HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const crumbs = "1\r\n \r\n".repeat(10_000);
  const pour = (): void => {
    while (socket.writable && socket.write(crumbs));
  };
  const limit = setTimeout(() => socket.destroy(), 2_000);
  socket
    .on("error", () => undefined)
    .on("drain", pour)
    .on("data", () => socket.destroy())
    .on("close", () => {
      clearTimeout(limit);
      resolve();
    });
  pour();
  return promise;
}
