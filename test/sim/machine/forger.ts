import { Envelope, type TaskPayload } from "@tasuki/protocol";
import { parseTask, payloadDigest, payloadOf, toReceipt } from "@tasuki/evidence";
import type { Passage } from "@tasuki/bus/testing";
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

function answer({ id, run }: TaskPayload, receipt: Envelope): string {
  return JSON.stringify({ ok: { task: id, run, receipt } });
}
