import { join } from "node:path";
import type { AnyRole, StageFile, Unmet } from "@tasuki/contracts";
import { readFolder, readPlainFile } from "./read-folder.ts";
import { maxResultBytes, readResultNote, resultFile, type ResultNote } from "./result-note.ts";

export type Drafts =
  | { readonly drafts: readonly StageFile[]; readonly note: ResultNote; readonly unmet?: never }
  | { readonly unmet: readonly Unmet[] };

/** What an author left in `out/`, with its note taken apart from it; or what can't be read. Names are judged later, with the contracts. */
export async function readDrafts(folder: string, role: AnyRole): Promise<Drafts> {
  const { files, others, unmet } = await readFolder(folder, role.produces);
  if (unmet.length > 0) return { unmet };
  const found = others.includes(resultFile) ? readResultNote(await readPlainFile(join(folder, resultFile), maxResultBytes)) : { note: {} };
  if ("unmet" in found) return found;
  const extra = others.filter((name) => name !== resultFile).map((name) => ({ name, bytes: new Uint8Array() }));
  return { drafts: [...files, ...extra], note: found.note };
}
