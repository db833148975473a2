import { z } from "zod";

/** UUIDv7 (RFC 9562): ids of runs, tasks and instances. They carry a time, but are never proof of order. */
export const Id = z.uuidv7();
export type Id = z.infer<typeof Id>;

/** SHA-256 of bytes, as 64 lower-case hexadecimal digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest: 64 lower-case hexadecimal digits");
export type Sha256 = z.infer<typeof Sha256>;

/** A file's name in a task. Names are part of the contract: refused when they break the rule, never repaired. */
export const FileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "a file name: letters, digits, '.', '_' and '-', at most 128, the first a letter or digit");
export type FileName = z.infer<typeof FileName>;

/** The name of a role, a node or an artifact. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, "a name: lower-case letters, digits and '-', at most 64, the first a letter");
export type Name = z.infer<typeof Name>;

/** `name@version`, as it stands in files and messages. */
export const ContractRef = z.string().regex(/^[a-z][a-z0-9-]{0,63}@[1-9][0-9]{0,5}$/, "a contract: name@version");
export type ContractRef = z.infer<typeof ContractRef>;

/** A contract reference taken apart. The reference must be well formed (`ContractRef`). */
export function parseContractRef(ref: ContractRef): { name: string; version: number } {
  const at = ref.lastIndexOf("@");
  return { name: ref.slice(0, at), version: Number(ref.slice(at + 1)) };
}
