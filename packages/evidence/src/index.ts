export type { Signer, Trust } from "./envelope.ts";
