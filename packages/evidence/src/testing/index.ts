export { makeSigner, makeTrust } from "./signers.ts";

/** A salt for tests, always the same one. */
export const testSalt = (): string => "5a17".repeat(8);
