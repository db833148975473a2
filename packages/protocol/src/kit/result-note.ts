import { z } from "zod";
import { FileName } from "../messages/identifiers.ts";
import { decodeUtf8 } from "../messages/parse-message.ts";
import type { Unmet } from "../messages/problem.ts";
import type { Parsed } from "./read-text.ts";

/** Name of the note in `out/`, in which an author may say more than the files do. */
export const resultFile = "result.json";
export const maxResultBytes = 256 * 1024;

/** Note of an author, `out/result.json`. Every field is optional. */
const ResultNote = z.looseObject({
  status: z.enum(["done", "needs-human", "failed"]).optional(),
  notes: z.string().optional(),
  /** Origins of collected texts, by file name (`N1.txt`). */
  collected: z.record(FileName, z.looseObject({ origin: z.string(), fetched: z.string().optional() })).optional(),
});
export type ResultNote = z.infer<typeof ResultNote>;

/** Reads an author's note. A string in the place of bytes says why they could not be read. */
export function readResultNote(bytes: Uint8Array | string): Parsed<ResultNote> {
  if (typeof bytes === "string") return { ok: false, unmet: [broken(bytes)] };
  try {
    // Editors of Windows begin JSON with a byte order mark.
    const read = ResultNote.safeParse(JSON.parse(decodeUtf8(bytes).replace(/^\uFEFF/, "")));
    if (read.success) return { ok: true, value: read.data };
    return { ok: false, unmet: read.error.issues.map(({ path, message }) => broken(message, path.join("."))) };
  } catch (error) {
    return { ok: false, unmet: [broken(error instanceof Error ? error.message : String(error))] };
  }
}

function broken(got: string, path?: string): Unmet {
  return {
    file: resultFile,
    ...(path && { path }),
    expected: `JSON such as {"status": "done", "notes": "…"}`,
    got,
    fix: "mend it, or leave the file out",
  };
}
