import { join } from "node:path";
import { type AnyRole, maxResultBytes, type Parsed, readResultNote, resultFile, type ResultNote, type StageFile } from "@tasuki/contracts";
import { readFolder, readPlainFile } from "./read-folder.ts";

export interface Drafts {
  readonly drafts: readonly StageFile[];
  /** The author's note; empty where there is none. */
  readonly note: ResultNote;
}

/** What an author left in `out/`, with its note taken apart from it; or what can't be read. Names are judged later, with the contracts. */
export async function readDrafts(folder: string, role: AnyRole): Promise<Parsed<Drafts>> {
  const { files, others, unmet } = await readFolder(folder, role.produces);
  if (unmet.length > 0) return { ok: false, unmet };
  const extra = others.filter((name) => name !== resultFile).map((name) => ({ name, bytes: new Uint8Array() }));
  const drafts = [...files, ...extra];
  if (!others.includes(resultFile)) return { ok: true, value: { drafts, note: {} } };
  const note = readResultNote(await readPlainFile(join(folder, resultFile), maxResultBytes));
  return note.ok ? { ok: true, value: { drafts, note: note.value } } : note;
}
