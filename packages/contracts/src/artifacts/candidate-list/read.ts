import {
  type AnyArtifact,
  cellsIn,
  checkColumns,
  fromInline,
  longest,
  type MdFile,
  readFields,
  readIds,
  readMdFile,
  readNumber,
  refuseLines,
  refuseRows,
  type Report,
  type Section,
} from "@tasuki/protocol";
import type { CandidateList } from "./candidate-list.ts";

/** The parts of a candidate list that a file has. An author may leave any of them out. */
export interface CandidateListDraft {
  run?: string | undefined;
  brief?: string | undefined;
  candidates?: CandidateDraft[];
  sources?: Record<string, unknown>[];
  questions?: { id: string; text: string }[];
}
export type CandidateDraft = { [Key in keyof CandidateList["candidates"][number]]?: unknown };

const sourceColumns = ["id", "name", "sha256", "bytes", "origin", "fetched"];

export function readCandidateList(
  text: string,
  file: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): Pick<MdFile, "report"> & { readonly draft: CandidateListDraft } {
  const { report, header, sections } = readMdFile(text, file);
  const one = (key: string): string | undefined => header.fields.get(key)?.[0]?.text;
  const draft: CandidateListDraft = { run: one("run"), brief: one("brief") };
  let part = "candidates";
  for (const section of sections) {
    const title = section.title.toLowerCase();
    const inTable = section.level === 1 && title === "sources";
    if (!inTable && (section.level < 2 || part === "candidates")) refuseRows(section, report, "## C1 — title");
    if (section.level === 0) refuseLines(section.lines, report, "# Candidates");
    else if (section.level === 1) {
      part = title;
      report.at(part, section.line);
      if (part === "candidates") {
        draft.candidates ??= [];
        refuseLines(section.lines, report, "## C1 — title");
      } else if (part === "sources") draft.sources = readSources(section, report);
      else if (part === "questions") draft.questions = readQuestions(section, report);
    } else if (part === "candidates") readCandidate(section, { report, candidates: (draft.candidates ??= []) });
  }
  return { report, draft };
}

function readCandidate(section: Section, { report, candidates }: { readonly report: Report; readonly candidates: CandidateDraft[] }): void {
  if (candidates.length > longest) return;
  const path = `candidates.${candidates.length}`;
  report.at(path, section.line);
  const [, id, title = ""] = /^(C\d+)\s*(?:[—–:-]\s*)?(.*)$/s.exec(section.title) ?? [undefined, undefined, section.title];
  const candidate: CandidateDraft = { title: fromInline(title), ...(id !== undefined && { id }) };
  for (const { key, value, line } of readFields(section.lines, report, "- source: S1")) {
    const name = key.toLowerCase();
    report.at(`${path}.${name}`, line);
    if (name === "answers") candidate.answers = readIds(value);
    else if (name === "score") candidate.score = readNumber(value);
    else if (name === "source" || name === "locator" || name === "why") candidate[name] = value;
  }
  candidates.push(candidate);
}

function readSources(section: Section, report: Report): Record<string, unknown>[] {
  refuseLines(section.lines, report, `| ${sourceColumns.join(" | ")} |`);
  checkColumns(section, report, { needed: sourceColumns, path: "sources" });
  const cellOf = cellsIn(section);
  return section.rows.map((row, at) => {
    report.at(`sources.${at}`, row.line);
    const cell = (column: string): string | undefined => {
      const written = cellOf(row, column);
      return written === undefined ? undefined : fromInline(written);
    };
    const [id, name, sha256, origin, fetched] = [cell("id"), cell("name"), cell("sha256"), cell("origin"), cell("fetched")];
    return { id, name, sha256, bytes: readNumber(cell("bytes")), origin, fetched };
  });
}

function readQuestions(section: Section, report: Report): { id: string; text: string }[] {
  return readFields(section.lines, report, "- Q1: text").map(({ key, value, line }, at) => {
    report.at(`questions.${at}`, line);
    return { id: key, text: value };
  });
}
