import type { AnyArtifact } from "../kit/define-artifact.ts";
import { type Header, readHeader } from "./header.ts";
import { checkContract, createReport, type Report } from "./report.ts";

/** The parts of an artifact in plain text, or of a draft of one. */
export interface TxtFile {
  readonly report: Report;
  readonly header: Header;
  /** Lines of the whole file, without their `\n`. The lines after the header begin at `header.end`. */
  readonly lines: readonly string[];
}

/** Reads the header of an artifact in plain text. A `draft` may have none. */
export function readTxtFile(
  text: string,
  {
    artifact,
    fileName,
    draft,
    keys,
  }: {
    readonly artifact: Pick<AnyArtifact, "name" | "version">;
    readonly fileName: string;
    readonly draft: boolean;
    /** Keys that the header may begin with. */
    readonly keys: readonly string[];
  },
): TxtFile {
  const report = createReport(fileName);
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const header = readHeader(lines, { isFenced: false, keys, line: /^([a-z][a-z-]*):(?:[ \t]+(.*))?$/s, repeats: true }, report);
  const contract = header.fields.get("contract")?.[0]?.text;
  if (!draft || contract !== undefined) checkContract(report, artifact, contract);
  return { report, header, lines };
}
