import { randomUUIDv7 } from "node:crypto";
import { type Envelope, grantPayloadType, sha256Of, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import type { Random } from "../../sim/random.ts";
import type { Exchange } from "../front.ts";
import type { Lie } from "../lie.ts";
import type { World } from "../world.ts";
import { hostileText } from "./hostile-text.ts";
import { sendJson } from "./wire.ts";

/** Task of the node's own that is on its way to another, about a run that is lied about. */
export interface HandingOn {
  readonly exchange: Exchange;
  readonly payload: TaskPayload;
  readonly world: World;
  /** Brings a file to the receiver. */
  readonly upload: (contract: string, body: string) => Promise<void>;
}

/** Lie that sends another task in place of the node's own, and gives it the receiver's answer. */
function other(
  name: string,
  changes: (payload: TaskPayload, drawn: { random: Random; world: World; upload: HandingOn["upload"] }) => object | Promise<object>,
): Lie<HandingOn> {
  return {
    name,
    async tell({ exchange, payload, world, upload }, random) {
      const changed = { ...payload, ...(await changes(payload, { random, world, upload })) };
      const envelope = world.sign(changed, { payloadType: taskPayloadType });
      await forward(exchange, { ...sentIn(exchange), envelope });
    },
  };
}

interface Sent {
  readonly envelope: Envelope;
  /** Files that travel with it, base64 each. */
  readonly files?: readonly string[];
}

function sentIn({ body }: Exchange): Sent {
  return JSON.parse(body.toString("utf8")) as Sent; // of a node, which sends no other
}

/** Sends a task on, and its answer back. */
async function forward(exchange: Exchange, sent: Sent): Promise<void> {
  const { status, headers, body } = await exchange.forward(Buffer.from(JSON.stringify(sent)));
  exchange.res.writeHead(status, { "content-type": headers["content-type"] }).end(body);
}

/** Lie that sends the node's own task with other files beside it. */
function withFiles(name: string, change: (files: readonly string[], random: Random) => readonly string[]): Lie<HandingOn> {
  return {
    name,
    tell({ exchange }, random) {
      const { files = [], envelope } = sentIn(exchange);
      return forward(exchange, { envelope, files: change(files, random) });
    },
  };
}

/** Lies of what a node hands on. */
export const handOffLies: readonly Lie<HandingOn>[] = [
  other("a higher epoch", ({ epoch }, { random }) => ({ epoch: epoch + random.pick([1, 1_000, 1_000_000]) })),
  other("another prev", () => ({ prev: sha256Of("nothing") })),
  other("no prev", () => ({ prev: undefined })),
  other("no grant of main's", () => ({ grant: undefined })),
  other("the grant of another run", ({ run, grant }, { world }) => ({
    grant: world.tasks.find(({ payload }) => payload.run !== run && payload.grant !== undefined)?.payload.grant ?? grant,
  })),
  other("a grant of its own", ({ run, epoch, nodes, attachments }, { world }) => {
    const plan = attachments.find(({ name }) => name === "run.json")?.sha256;
    return { grant: world.sign({ v: 1, run, epoch, plan, nodes }, { payloadType: grantPayloadType }) };
  }),
  other("another id", () => ({ id: randomUUIDv7() })),
  other("a deadline that is over", () => ({ deadline: "2020-01-01T00:00:00Z" })),
  other("other nodes", (_, { random }) => ({ nodes: { nano: hostileText(random), sg: "sg-9", jp: "jp-9" } })),
  other("a file less", ({ attachments }) => ({ attachments: attachments.slice(1) })),
  other("a file more", ({ attachments }) => ({
    attachments: [...attachments, { name: "never-sent.txt", contract: "source@1", size: 1, sha256: sha256Of("x") }],
  })),
  other("hostile names", ({ attachments }, { random }) => ({
    attachments: attachments.map((one) => ({ ...one, name: hostileText(random) })),
  })),
  other("a file of other bytes", async ({ attachments }, { random, world, upload }) => {
    const body = `role: ${world.role}\nfrom: ${sha256Of(`other ${random.next()}`)}\n`;
    const contract = `${world.role}-result@1`;
    await upload(contract, body);
    return {
      attachments: attachments.map((one) => (one.contract === contract ? { ...one, size: body.length, sha256: sha256Of(body) } : one)),
    };
  }),
  other("a file that breaks its contract", async ({ attachments }, { random, world, upload }) => {
    const body = `role: ${hostileText(random)}\n`;
    await upload(`${world.role}-result@1`, body);
    return { attachments: attachments.map((one) => ({ ...one, size: Buffer.byteLength(body), sha256: sha256Of(body) })) };
  }),
  withFiles("its task without a file", () => []),
  withFiles("its task with a file less", (files) => files.slice(1)),
  withFiles("its task with other bytes", (files, random) => [...files.slice(1), Buffer.from(hostileText(random)).toString("base64")]),
  withFiles("its task with a file twice", (files) => [...files, ...files.slice(0, 1)]),
  {
    name: "nothing at all",
    tell: ({ exchange: { res } }) =>
      sendJson(
        res,
        { error: { message: "no", code: -32603, data: { code: "INTERNAL_SERVER_ERROR", httpStatus: 503, path: "task" } } },
        503,
      ),
  },
  {
    name: "the same twice",
    async tell({ exchange }) {
      await exchange.forward();
      const { status, headers, body } = await exchange.forward();
      exchange.res.writeHead(status, { "content-type": headers["content-type"] }).end(body);
    },
  },
];
