export { canonicalJson } from "./canonical-json.ts";
export { payloadDigest, payloadOf, signEnvelope, verifyEnvelope, verifyEnvelopeAside } from "./envelope.ts";
export { type Keys, openKeys, pinKeys } from "./keys.ts";
export { toManifest } from "./manifest.ts";
export { openTrust } from "./open-trust.ts";
export { readReceipt, type Subject, toReceipt } from "./receipt.ts";
export { createSigner, type Signer } from "./signer.ts";
export { parseTask } from "./task.ts";
export type { Trust } from "./trust.ts";
