import { sha256Of } from "../messages/identifiers.ts";
import type { Unmet } from "../messages/problem.ts";
import type { AnyArtifact, Document, Documents } from "./define-artifact.ts";
import type { Slot } from "./define-role.ts";
import { type Parsed, readText, type StageFile } from "./read-text.ts";
import { sortFiles } from "./stage-files.ts";

/**
 * Reads every file of a stage by the contract of the slot that its name belongs to: documents by artifact name, with an entry for each slot.
 * Reports everything at once: files that are missing or too many, that are not text, and that break their contracts. A `many` slot may be
 * empty.
 */
export function readDocuments(slots: readonly Slot[], files: readonly StageFile[]): Parsed<Documents> {
  const sorted = sortFiles(slots, files);
  const unmet: Unmet[] = [...sorted.unmet];
  const documents: Record<string, Document[]> = {};
  for (const { artifact, files: own } of sorted.slots) {
    documents[artifact.name] = own.flatMap((file) => {
      const text = readText(file, artifact.maxBytes);
      const document = text.ok ? toDocument(artifact, file.name, text.value) : text;
      if (document.ok) return [document.value];
      unmet.push(...document.unmet);
      return [];
    });
  }
  return unmet.length > 0 ? { ok: false, unmet } : { ok: true, value: documents };
}

/** The document of a complete text, if it keeps its contract. */
export function toDocument(artifact: AnyArtifact, name: string, text: string): Parsed<Document> {
  const parsed = artifact.read(text, name);
  if (!parsed.ok) return parsed;
  return { ok: true, value: { name, sha256: sha256Of(text), size: Buffer.byteLength(text), text, value: parsed.value } };
}
