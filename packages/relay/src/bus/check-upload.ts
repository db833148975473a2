import { type AnyArtifact, TasukiError, type Unmet } from "@tasuki/contracts";

/** Reads uploaded bytes by their contract: UTF-8 text without NUL that the artifact parses. Throws `contract_violation`. */
export function checkUpload(artifact: AnyArtifact, fileName: string, bytes: Buffer): void {
  const violation = (unmet: readonly Unmet[]): TasukiError =>
    new TasukiError("contract_violation", `${fileName} breaks its contract, ${artifact.name}@${artifact.version}.`, { unmet });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw violation([{ file: fileName, expected: "UTF-8 text", got: "bytes that are not UTF-8", fix: "save the file as UTF-8" }]);
  }
  if (text.includes("\0")) throw violation([{ file: fileName, expected: "text", got: "a NUL byte", fix: "send a text file" }]);
  const parsed = artifact.parse(text, fileName);
  if (!parsed.ok) throw violation(parsed.unmet);
}
