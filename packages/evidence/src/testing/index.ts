export { makeSigner, makeTrust } from "./signers.ts";
