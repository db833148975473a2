import { Envelope, type TaskPayload } from "@tasuki/contracts";
import { parseTask, payloadDigest, payloadOf, toReceipt } from "@tasuki/evidence";
import type { Passage } from "@tasuki/relay/testing";
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
      return JSON.stringify({
        ok: { task: payload.id, run: payload.run, receipt: accept(payload, { to, prev: payloadDigest(envelope), now: now() }) },
      });
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
