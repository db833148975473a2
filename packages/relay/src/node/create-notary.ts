import { type Clock, type Envelope, taskPayloadType } from "@tasuki/contracts";
import { canonicalJson, payloadDigest, signEnvelope, type Signer, toReceipt } from "@tasuki/evidence";
import type { Sealed } from "@tasuki/store";
import type { Notary } from "./notary.ts";

export interface NotaryDeps {
  readonly node: string;
  readonly role: string;
  /** The data folder's own id. */
  readonly instance: string;
  readonly signer: Signer;
  readonly clock: Pick<Clock, "now">;
}

const maxReasonLength = 1024;

/** Signs with this node's receipt key. The time of an event is that of the decision, not of the commit. */
export function createNotary({ node, role, instance, signer, clock }: NotaryDeps): Notary {
  const now = (): string => new Date(clock.now()).toISOString();
  return {
    receipt({ subjects, reason, ...facts }, others = []) {
      const at = now();
      return (index) => {
        const said = { ...facts, ...(reason !== undefined && { reason: toText(reason) }) };
        const receipt = toReceipt({ ...said, node, role, instance, at, index }, subjects, signer);
        const envelopes = [receipt, ...(typeof others === "function" ? others(payloadDigest(receipt)) : others)];
        const { run, stage, task, epoch, attempt, state } = facts;
        return toSealed({ index, at, type: state, run, stage, task, epoch, attempt }, envelopes);
      };
    },
    event(type, facts, others = []) {
      const at = now();
      const texts = Object.entries(facts).map(([name, fact]) => [name, typeof fact === "string" ? toText(fact) : fact] as const);
      return (index) => toSealed({ ...Object.fromEntries(texts), index, at, type }, others);
    },
    task(payload) {
      const { reason, ...rest } = payload;
      const said = { ...rest, ...(reason !== undefined && { reason: toText(reason) }) };
      const envelope = signEnvelope(Buffer.from(canonicalJson(said), "utf8"), taskPayloadType, signer);
      return { envelope, digest: payloadDigest(envelope) };
    },
  };
}

/** The leaf names envelopes by the SHA-256 of their payloads; their text is beside it. */
function toSealed(facts: object, envelopes: readonly Envelope[]): Sealed {
  return { leaf: canonicalJson({ ...facts, envelopes: envelopes.map(payloadDigest) }), envelopes };
}

/** Text that canonical JSON can carry: what a person or a program wrote may be cut in the middle of a character. */
function toText(text: string): string {
  return text.slice(0, maxReasonLength).toWellFormed();
}
