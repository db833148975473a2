import { hash } from "node:crypto";
import { z } from "zod";

/** Id of a run, a task or an instance: a UUIDv7 (RFC 9562). It carries a time, but is never proof of order. */
export const Id = z.uuidv7();
export type Id = z.infer<typeof Id>;

/** SHA-256 digest, as 64 lower-case hexadecimal digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest: 64 lower-case hexadecimal digits");
export type Sha256 = z.infer<typeof Sha256>;

/** The SHA-256 digest of bytes; for a string, of its UTF-8 bytes. */
export function sha256Of(bytes: string | Uint8Array): Sha256 {
  return hash("sha256", bytes, "hex");
}

/** Name of a file in a task. Names are part of the contract: one that breaks the rule is refused, never repaired. */
export const FileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "a file name: letters, digits, '.', '_' and '-', at most 128, the first a letter or digit");
export type FileName = z.infer<typeof FileName>;

/** Name of a role, a node or an artifact. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, "a name: lower-case letters, digits and '-', at most 64, the first a letter");
export type Name = z.infer<typeof Name>;

/** Reference to a contract, `name@version`, in files and messages. */
export const ContractRef = z.string().regex(/^[a-z][a-z0-9-]{0,63}@[1-9][0-9]{0,5}$/, "a contract: name@version");
export type ContractRef = z.infer<typeof ContractRef>;

/** The reference to an artifact's contract: `name@version`. */
export function refOf({ name, version }: { readonly name: string; readonly version: number }): string {
  return `${name}@${version}`;
}

/** Takes a contract reference apart. The reference must be well formed (`ContractRef`). */
export function parseContractRef(ref: ContractRef): { name: string; version: number } {
  const at = ref.lastIndexOf("@");
  return { name: ref.slice(0, at), version: Number(ref.slice(at + 1)) };
}
