import { defineArtifact, distinct, earlierVersion, judge, Line, type Parsed } from "@tasuki/protocol";
import { z } from "zod";
import { SourceId } from "../ids.ts";
import { authoring } from "./authoring.ts";
import { completeJpFinal } from "./complete.ts";
import { FinalText, finalTextRules } from "./final-text.ts";
import { jpFinal1 } from "./jp-final-1.ts";
import { readJpFinal } from "./read.ts";
import { formatJpFinal } from "./write.ts";

export { namesOf } from "./names-of.ts";
export type { Reference } from "./final-text.ts";

/** Name of a source for people: its label, or the URL and the day that it was collected from. */
export const SourceName = z.object({ id: SourceId, name: Line, origin: Line, fetched: Line });
export type SourceName = z.infer<typeof SourceName>;

/** Value of jp-final.txt. `sources` has the names of those that are referred to; a file of version 1 has none. */
export const JpFinal = FinalText.extend({ sources: z.array(SourceName).check(distinct(({ id }) => id)) });
export type JpFinal = z.infer<typeof JpFinal>;

const contract = {
  name: "jp-final",
  version: 2,
  file: "jp-final.txt",
  schema: JpFinal,
  rules: finalTextRules("the part '# Record'"),
  read(text: string, fileName: string): Parsed<JpFinal> {
    const { report, draft } = readJpFinal(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, { requests: [], inputs: [], sources: [], ...draft });
  },
} as const;

/** Artifact of the final text. The file is for readers: the text, what it lacks, and where it is from; ids and digests stand at its end. */
export const jpFinal = defineArtifact({
  ...contract,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  write: formatJpFinal,
  complete: (text, context) => completeJpFinal(text, contract, { ...context, format: formatJpFinal }),
  authoring,
  decides: { field: "decision", forward: "accepted", back: "returned", requests: "requests" },
  earlier: [earlierVersion(jpFinal1, { toCurrent: (value) => ({ ...value, sources: [] }), fromCurrent: (value) => value })],
});
