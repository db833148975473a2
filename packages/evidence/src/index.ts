export {
  acceptanceOf,
  acceptedSubjects,
  doubtAbout,
  doubtOf,
  isOverTask,
  type KnownMessages,
  type KnownTask,
  parseTask,
  taskSubjects,
} from "./belief.ts";
export { canonicalJson } from "./canonical-json.ts";
export { payloadDigest, payloadOf, signEnvelope, verifyEnvelope, verifyEnvelopeAside } from "./envelope.ts";
export { doubtAboutGrant, grantInMainsTask, readGrant } from "./grant.ts";
export { createSigner, openKeys, pinKeys, type Signer } from "./keys.ts";
export { toManifest } from "./manifest.ts";
export { createNotary, type FreeText, type Notary, type ReceiptFacts, type Seal, type Sealed, type SignedTask } from "./notary.ts";
export { claimedReceipt, readReceipt, toReceipt } from "./receipt.ts";
export { isWhole, textOf } from "./texts.ts";
export { openTrust, type Trust } from "./trust.ts";
