import { type Clock, Envelope, sha256Of, type TaskPayload } from "@tasuki/protocol";
import { createNotary, parseTask, payloadDigest, payloadOf, toReceipt } from "@tasuki/evidence";
import type { DirectBus, Passage } from "@tasuki/bus/testing";
import type { OpenStore } from "@tasuki/store";
import { z } from "zod";
import { signerOf } from "../keys.ts";

interface ForgerDeps {
  /** The node that is called. */
  readonly to: string;
  /** True where this task is answered by somebody in between. */
  readonly forges: () => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const stranger = signerOf("a stranger");
const Posted = z.object({ envelope: Envelope });

/** A passage in which somebody in between accepts work in the name of a node that never sees it, with a key of his own. */
export function forgedPassage(passage: Passage, { to, forges, now }: ForgerDeps): Passage {
  return {
    ...passage,
    async exchange(verb, body, signal) {
      if (verb !== "task" || !forges()) return passage.exchange(verb, body, signal);
      const { envelope } = Posted.parse(JSON.parse(body));
      const payload = parseTask(payloadOf(envelope));
      if (payload.kind !== "work") return passage.exchange(verb, body, signal);
      return answer(payload, accept(payload, { node: to, prev: payloadDigest(envelope), now: now() }));
    },
  };
}

function accept(
  { id, run, stage, epoch, from, to, attachments }: TaskPayload,
  { node, prev, now }: { node: string; prev: string; now: number },
) {
  const about = { run, stage, task: id, epoch, attempt: 0, state: "accepted" as const, peer: `node:${from}`, prev, signed: true };
  return toReceipt(
    { ...about, node, role: to, instance: id, index: 0, at: new Date(now).toISOString() },
    attachments.map(({ name, sha256 }) => ({ name, sha256 })),
    stranger,
  );
}

/** Lies of a role: that it took a task which nobody sent, that it began one, or that it took one which it sent to itself. */
export const lies = ["accepted", "started", "sent to itself"] as const;
export type Lie = (typeof lies)[number];

interface LiarDeps {
  readonly bus: DirectBus;
  readonly name: string;
  readonly role: string;
  readonly store: Pick<OpenStore, "append" | "instance" | "task">;
  readonly clock: Pick<Clock, "now">;
  /** The lie to tell; undefined where the node is honest. */
  readonly falsifies: () => Lie | undefined;
  readonly onLie: (receipt: Envelope) => void;
}

/**
 * The bus of a node that now and then lies about work: it drops it, signs with its own key that it took another task over files that
 * nobody sent, keeps that in its own feed, and gives it to the sender as the answer. The other task may be there: its own key signed it.
 */
export function lyingBus({ bus, name, role, store, clock, falsifies, onLie }: LiarDeps): DirectBus {
  const notary = createNotary({ node: name, role, instance: store.instance, signer: signerOf(name), clock, salt: () => "0".repeat(32) });
  const lie = async (payload: TaskPayload, told: Lie): Promise<Envelope | undefined> => {
    const { id, run, stage, epoch } = payload;
    const unsent = sha256Of(`what nobody sent with ${id}`);
    const attachments = [...payload.attachments, { name: "unsent.txt", contract: "source@1", size: 1, sha256: unsent }];
    const own = told === "sent to itself" ? notary.task({ ...payload, from: role, fromNode: name, attachments }) : undefined;
    const subjects = attachments.map(({ name, sha256 }) => ({ name, sha256 }));
    const [state, attempt] = told === "started" ? (["started", 1] as const) : (["accepted", 0] as const);
    const facts = { run, stage, task: id, epoch, attempt, state, prev: own?.digest ?? unsent, subjects };
    const seal = notary.receipt(facts, own && [own.envelope]);
    let receipt: Envelope | undefined;
    await store.append((index) => {
      const sealed = seal(index);
      [receipt] = sealed.envelopes;
      if (receipt !== undefined) onLie(receipt);
      return sealed;
    });
    return receipt;
  };
  return {
    ...bus,
    async call(verb, body, caller) {
      const payload = verb === "task" ? workOf(body) : undefined;
      // A node can't lie about a task that it has taken already: the lie would come between the receipts of its own honest work.
      const told = payload === undefined || (await store.task(payload.id)) !== undefined ? undefined : falsifies();
      if (payload === undefined || told === undefined) return bus.call(verb, body, caller);
      const receipt = await lie(payload, told).catch(() => undefined);
      return receipt === undefined ? bus.call(verb, body, caller) : answer(payload, receipt);
    },
  };
}

/** The task in a message; undefined where it is no work. A script's bare request is none. */
function workOf(body: string): TaskPayload | undefined {
  const { envelope } = Posted.parse(JSON.parse(body));
  const payload = envelope.signatures.length === 0 ? undefined : parseTask(payloadOf(envelope));
  return payload?.kind === "work" ? payload : undefined;
}

function answer({ id, run }: TaskPayload, receipt: Envelope): string {
  return JSON.stringify({ ok: { task: id, run, receipt } });
}
