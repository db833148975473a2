import { randomUUIDv7 } from "node:crypto";
import { type Envelope, receiptPayloadType, type ReceiptStatement, sha256Of, taskPayloadType } from "@tasuki/protocol";
import { payloadDigest } from "@tasuki/evidence";
import type { Random } from "../../sim/random.ts";
import type { OwnReceipt, World } from "../world.ts";
import { hostileText, hostileValue } from "./hostile-text.ts";

const states = [
  "accepted",
  "rejected",
  "started",
  "produced",
  "verified",
  "blocked",
  "fenced",
  "archived",
  "closed",
  "failed",
  "cancelled",
];

type Make = (honest: OwnReceipt, drawn: { random: Random; world: World }) => Envelope;

/** Lies by which a receipt is not the node's true one: signed again by its own key where they don't say otherwise. */
export const receiptLies: Readonly<Record<string, Make>> = {
  "another state": says((_, random) => ({ state: random.pick(states) })),
  "a state that there is not": says((_, random) => ({ state: hostileValue(random) })),
  "another prev": says(({ run }, random, { receipts }) => ({
    prev: random.chance(0.5) ? sha256Of(`nothing of ${run}`) : payloadDigest(random.pick(receipts).envelope),
  })),
  "no prev": says(() => ({ prev: undefined })),
  "another epoch": says(({ epoch }, random) => ({ epoch: random.pick([0, epoch + 1, epoch + 1_000, 2 ** 53 - 1, -1, 0.5]) })),
  "another attempt": says((_, random) => ({ attempt: random.pick([0, 1, 2, 1_000_000, 2 ** 53 - 1, -1]) })),
  "a run that nobody has": says(() => ({ run: randomUUIDv7() })),
  "another run": says((_, random, { receipts }) => ({ run: random.pick(receipts).statement.predicate.run })),
  "another stage": says(({ stage }, random) => ({
    stage: random.pick(["main", "nano", "sg", "jp", hostileText(random)].filter((one) => one !== stage)),
  })),
  "another task": says((_, random, { tasks }) => ({
    task: random.chance(0.5) || tasks.length === 0 ? randomUUIDv7() : random.pick(tasks).payload.id,
  })),
  "another node": says(({ node }, random) => ({
    node: random.pick(["main", "nano", "sg", "jp", "nano-2", hostileText(random)].filter((one) => one !== node)),
  })),
  "another role": says(({ role }, random) => ({
    role: random.pick(["main", "nano", "sg", "jp", hostileText(random)].filter((one) => one !== role)),
  })),
  "another index": says(({ index }, random) => ({ index: random.pick([0, index + 1, 2 ** 53 - 1, -1]) })),
  "another time": says((_, random) => ({
    at: random.pick(["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2026-02-30T00:00:00Z", hostileText(random)]),
  })),
  "hostile texts": says((_, random) => ({
    peer: hostileText(random),
    producer: hostileText(random),
    outcome: hostileText(random),
    decision: hostileText(random),
    reason: hostileText(random),
  })),
  "a decision that its file does not have": says((_, random) => ({
    state: "produced",
    decision: random.pick(["converged", "rework", "perhaps"]),
    ...random.pick([{ direction: "forward" }, { direction: "back" }, {}]),
  })),
  "a reason of 900 KB": says((_, random) => ({ state: "blocked", reason: "r".repeat(random.integer(800_000, 900_000)) })),
  "keys that nobody knows": says((_, random) => ({
    "x-more": "#".repeat(random.pick([1, 10_000, 300_000])),
    constructor: { prototype: 1 },
  })),
  "a file that nobody sent": over((subject) => [...subject, { name: "never-sent.txt", digest: { sha256: sha256Of("never sent") } }]),
  "a file that is missing": over((subject) => subject.slice(1)),
  "another digest": over(([first, ...rest]) => [{ ...first, digest: { sha256: sha256Of("other bytes") } }, ...rest]),
  "one name twice": over((subject) => [...subject, { ...subject[0], digest: { sha256: sha256Of("twice") } }]),
  "a hostile name": over((subject, random) => [{ ...subject[0], name: hostileText(random) }, ...subject.slice(1)]),
  "the name of an input": over((subject) => [{ ...subject[0], name: "brief.md" }]),
  "2,048 files": over((_, random) =>
    Array.from({ length: random.pick([2_048, 2_049]) }, (__, at) => ({ name: `f${at}`, digest: { sha256: sha256Of(String(at)) } })),
  ),
  "no file at all": over(() => []),
  "nobody's signature": (honest, { world }) => ({ ...world.sign(honest.statement, { signer: world.stranger }), signatures: [] }),
  "a stranger's signature": ({ statement }, { world }) => world.sign(statement, { signer: world.stranger }),
  "the signature of other bytes": ({ statement, envelope }, { world }) => ({
    ...world.sign({ ...statement, later: 1 }, { signer: world.stranger }),
    signatures: envelope.signatures,
  }),
  "a signature that is none": ({ envelope }, { random }) => ({
    ...envelope,
    signatures: Array.from({ length: random.pick([1, 8]) }, () => ({
      keyid: hostileText(random).slice(0, 256),
      sig: random.pick(["", "!!", "AAAA", "\u0000"]),
    })),
  }),
  "another payload type": ({ statement }, { random, world }) =>
    world.sign(statement, { payloadType: random.pick([taskPayloadType, "application/json", "", "\u202E"]) }),
  "a payload that is none": (_, { random, world }) => {
    const { signatures } = world.sign({});
    const payload = random.pick([
      "",
      "%%%",
      "e30",
      Buffer.from("[".repeat(100_000)).toString("base64"),
      Buffer.from("\u0000").toString("base64"),
    ]);
    return { payload, payloadType: receiptPayloadType, signatures };
  },
  "a predicate of other types": ({ statement }, { random, world }) => {
    const fields = Object.keys(statement.predicate);
    return world.sign({ ...statement, predicate: { ...statement.predicate, [random.pick(fields)]: hostileValue(random) } });
  },
};

/** Lie that changes fields of the predicate. */
function says(fields: (said: ReceiptStatement["predicate"], random: Random, world: World) => object): Make {
  return ({ statement }, { random, world }) =>
    world.sign({ ...statement, predicate: { ...statement.predicate, ...fields(statement.predicate, random, world) } });
}

/** Lie that changes the files that a receipt is over. */
function over(files: (subject: ReceiptStatement["subject"], random: Random) => readonly object[]): Make {
  return ({ statement }, { random, world }) => world.sign({ ...statement, subject: files(statement.subject, random) });
}
