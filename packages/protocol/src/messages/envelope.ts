import { z } from "zod";

/**
 * Envelope of a signed message. Source: DSSE v1.0.2 (secure-systems-lab/dsse, envelope.md). Unknown fields are dropped: nobody has signed them.
 */
export const Envelope = z.object({
  /** Bytes of the payload, base64. These bytes are signed, hashed and read. */
  payload: z.string(),
  payloadType: z.string().max(256),
  /** Signatures of the payload. `keyid` is a hint and never decides trust. A bare payload of a script has no signature. */
  signatures: z.array(z.object({ keyid: z.string().max(256).optional(), sig: z.string().max(8_192) })).max(8),
});
export type Envelope = z.infer<typeof Envelope>;

/** `payloadType` of a task. */
export const taskPayloadType = "application/vnd.tasuki.task+json";
/** `payloadType` of a receipt: an in-toto Statement v1. */
export const receiptPayloadType = "application/vnd.in-toto+json";
