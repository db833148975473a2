import { z } from "zod";
import type { Parsed } from "./define-artifact.ts";
import { FileName } from "./identifiers.ts";
import type { Unmet } from "./problem.ts";

/** The name of the note in `out/` in which an author may say more than the files do. */
export const resultFile = "result.json";
export const maxResultBytes = 256 * 1024;

/** `out/result.json`, all of it optional. */
const ResultNote = z.looseObject({
  status: z.enum(["done", "needs-human", "failed"]).optional(),
  notes: z.string().optional(),
  /** Where collected texts come from, by file name (`N1.txt`). */
  collected: z.record(FileName, z.looseObject({ origin: z.string(), fetched: z.string().optional() })).optional(),
});
export type ResultNote = z.infer<typeof ResultNote>;

/** Reads an author's note. A string stands for the bytes that could not be read, and says why. */
export function readResultNote(bytes: Uint8Array | string): Parsed<ResultNote> {
  if (typeof bytes === "string") return { ok: false, unmet: [broken(bytes)] };
  try {
    const read = ResultNote.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
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
