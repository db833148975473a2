import type { Unmet } from "../messages/problem.ts";
import type { AnyArtifact } from "./define-artifact.ts";
import { type Parsed, readText, type StageFile } from "./read-text.ts";

/** Judges the bytes of a file by its contract: everything that doesn't hold, nothing where all of it does. */
export function judgeFile(artifact: AnyArtifact, { name, bytes }: StageFile): readonly Unmet[] {
  const text = readText({ name, bytes }, artifact.maxBytes);
  const parsed = text.ok ? artifact.read(text.value, name) : text;
  return parsed.ok ? [] : parsed.unmet;
}

/** The text of a file in another version of its artifact. */
export function rewriteFile(artifact: AnyArtifact, { name, bytes }: StageFile, as: AnyArtifact): Parsed<string> {
  const text = readText({ name, bytes }, artifact.maxBytes);
  const parsed = text.ok ? artifact.read(text.value, name) : text;
  return parsed.ok ? { ok: true, value: as.write(parsed.value as never) } : parsed; // of the same artifact
}
