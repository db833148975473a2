import { type Clock, Envelope, sha256Of, type TaskPayload } from "@tasuki/protocol";
import { createNotary, parseTask, payloadDigest, payloadOf, toReceipt } from "@tasuki/evidence";
import type { DirectBus, Passage } from "@tasuki/bus/testing";
import type { OpenStore } from "@tasuki/store";
import { z } from "zod";
import { signerOf } from "../keys.ts";

interface ForgerDeps {
  /** The role that is called. */
  readonly to: string;
  /** Whether this task is answered by somebody in between. */
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
      return answer(payload, accept(payload, { to, prev: payloadDigest(envelope), now: now() }));
    },
  };
}

function accept({ id, run, stage, epoch, from, attachments }: TaskPayload, { to, prev, now }: { to: string; prev: string; now: number }) {
  const about = { run, stage, task: id, epoch, attempt: 0, state: "accepted" as const, peer: `node:${from}`, prev, signed: true };
  return toReceipt(
    { ...about, node: to, role: to, instance: id, index: 0, at: new Date(now).toISOString() },
    attachments.map(({ name, sha256 }) => ({ name, sha256 })),
    stranger,
  );
}

interface LiarDeps {
  readonly bus: DirectBus;
  readonly role: string;
  readonly store: Pick<OpenStore, "append" | "instance" | "task">;
  readonly clock: Pick<Clock, "now">;
  /** The state to sign falsely; undefined where the node is honest. */
  readonly falsifies: () => "accepted" | "started" | undefined;
  readonly onLie: (receipt: Envelope) => void;
}

/**
 * The bus of a node that now and then lies about work: it drops it, signs with its own key that it took another task over files that
 * nobody sent, keeps that in its own feed, and gives it to the sender as the answer.
 */
export function lyingBus({ bus, role, store, clock, falsifies, onLie }: LiarDeps): DirectBus {
  const notary = createNotary({ node: role, role, instance: store.instance, signer: signerOf(role), clock });
  const lie = async ({ id, run, stage, epoch, attachments }: TaskPayload, state: "accepted" | "started"): Promise<Envelope | undefined> => {
    const unsent = sha256Of(`what nobody sent with ${id}`);
    const subjects = [...attachments.map(({ name, sha256 }) => ({ name, sha256 })), { name: "unsent.txt", sha256: unsent }];
    const attempt = state === "accepted" ? 0 : 1;
    const seal = notary.receipt({ run, stage, task: id, epoch, attempt, state, prev: unsent, subjects });
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
      // What it has taken already, it can't lie about: the lie would come between the receipts of its own honest work.
      const state = payload === undefined || store.task(payload.id) !== undefined ? undefined : falsifies();
      if (payload === undefined || state === undefined) return bus.call(verb, body, caller);
      const receipt = await lie(payload, state).catch(() => undefined);
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
