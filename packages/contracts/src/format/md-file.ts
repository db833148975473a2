import type { AnyArtifact } from "../define-artifact.ts";
import { checkContract } from "./check-contract.ts";
import { type Field, readFrontMatter } from "./front-matter.ts";
import { readMarkdown, type Section } from "./markdown.ts";
import { createReport, type Report } from "./report.ts";

export interface MdFile {
  readonly report: Report;
  readonly fields: ReadonlyMap<string, Field>;
  readonly sections: readonly Section[];
}

/** Reads front matter and sections of an artifact in Markdown. In a `draft` the contract's line may be left out, but not be another's. */
export function readMdFile(
  text: string,
  {
    artifact,
    fileName,
    draft,
  }: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): MdFile {
  const report = createReport(fileName);
  const { fields, body, firstLine } = readFrontMatter(text, report);
  for (const [key, { line }] of fields) report.at(key, line);
  const contract = fields.get("contract");
  if (!draft || contract) checkContract(report, artifact, contract?.text);
  return { report, fields, sections: readMarkdown(body, firstLine) };
}
