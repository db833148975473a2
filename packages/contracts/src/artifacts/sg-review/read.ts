import {
  type AnyArtifact,
  cellsIn,
  checkColumns,
  fromInline,
  type HeaderField,
  type MdFile,
  readFields,
  readIds,
  readItems,
  readMdFile,
  refuseLines,
  refuseRows,
  type Report,
  type Section,
} from "@tasuki/protocol";

export interface SgReviewDraft {
  run?: string;
  inputs?: { name: string; sha256: string }[];
  decision?: string;
  verdicts?: { item: string; verdict: string; into?: string; reason: string }[];
  outline?: { question: string; items: string[] }[];
  contradictions?: { items: string[]; note: string }[];
  gaps?: { question: string; reason: string }[];
  requests?: string[];
}

const verdictColumns = ["item", "verdict", "into", "reason"];
const parts = ["verdicts", "outline", "contradictions", "gaps", "requests"];

export function readSgReview(
  text: string,
  file: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): Pick<MdFile, "report"> & { readonly draft: SgReviewDraft } {
  const { report, header, sections } = readMdFile(text, file);
  const one = (key: string): HeaderField | undefined => header.fields.get(key)?.[0];
  const [run, inputs, decision] = [one("run")?.text, readInputs(one("inputs"), report), one("decision")?.text];
  const draft: SgReviewDraft = {
    ...(run !== undefined && { run }),
    ...(inputs && { inputs }),
    ...(decision !== undefined && { decision }),
  };
  let known = false;
  for (const section of sections) {
    const part = section.title.toLowerCase();
    if (section.level === 0) readUntitled(section, { report, draft });
    else if (section.level === 1 || parts.includes(part)) {
      known = parts.includes(part);
      if (known) readPart(part, section, { report, draft });
    } else if (known)
      report.add({
        line: section.line,
        expected: parts.map((name) => `# ${name.charAt(0).toUpperCase()}${name.slice(1)}`).join(", "),
        got: `a heading within a section: ${section.title.slice(0, 80)}`,
        fix: "leave the heading out, and write the section as its table or list",
      });
  }
  return { report, draft };
}

type Into = { readonly report: Report; readonly draft: SgReviewDraft };

/** Reads the section before the first heading. It may have the table of verdicts, which can be all of a draft. */
function readUntitled(section: Section, { report, draft }: Into): void {
  if (section.columns.includes("verdict")) draft.verdicts = readVerdicts(section, report);
  else refuseRows(section, report, "# Verdicts");
  refuseLines(section.lines, report, "# Verdicts");
}

function readPart(part: string, section: Section, { report, draft }: Into): void {
  report.at(part, section.line);
  if (part !== "verdicts") refuseRows(section, report, "- …");
  if (part === "verdicts") {
    refuseLines(section.lines, report, `| ${verdictColumns.join(" | ")} |`);
    const verdicts = (draft.verdicts ??= []);
    for (const verdict of readVerdicts(section, report, verdicts.length)) verdicts.push(verdict);
  } else if (part === "outline")
    draft.outline = readFields(section.lines, report, "- Q1: C1, C2").map(({ key, value, line }, at) => {
      report.at(`outline.${at}`, line);
      return { question: /^Q\d+(?!\w)/.exec(key)?.[0] ?? key, items: readIds(value) };
    });
  else if (part === "contradictions")
    draft.contradictions = readFields(section.lines, report, "- C1, C2: note").map(({ key, value, line }, at) => {
      report.at(`contradictions.${at}`, line);
      return { items: key.match(/\w+/g)?.filter((word) => word !== "and") ?? [], note: value };
    });
  else if (part === "gaps") draft.gaps = readGaps(section.lines, report);
  else
    draft.requests = readItems(section.lines).map(({ value, line }, at) => {
      report.at(`requests.${at}`, line);
      return value;
    });
}

/** Reads gaps: `- Q2: reason` lines. */
function readGaps(lines: Section["lines"], report: Report): { question: string; reason: string }[] {
  return readFields(lines, report, "- Q2: reason").map(({ key, value, line }, at) => {
    report.at(`gaps.${at}`, line);
    return { question: fromInline(key), reason: value };
  });
}

/** Reads the verdicts of a table; `before` is the number of those that stand before it. */
function readVerdicts(section: Section, report: Report, before = 0): NonNullable<SgReviewDraft["verdicts"]> {
  checkColumns(section, report, { needed: ["item", "verdict"], path: "verdicts" });
  const cellOf = cellsIn(section);
  return section.rows.map((row, at) => {
    report.at(`verdicts.${before + at}`, row.line);
    const cell = (column: string): string => fromInline(cellOf(row, column) ?? "");
    const into = cell("into");
    return { item: cell("item"), verdict: cell("verdict").toLowerCase(), reason: cell("reason"), ...(!/^[-–—]?$/.test(into) && { into }) };
  });
}

function readInputs(field: HeaderField | undefined, report: Report): { name: string; sha256: string }[] | undefined {
  return field?.entries.map(({ name, text, line }, at) => {
    report.at(`inputs.${at}`, line);
    return { name, sha256: text };
  });
}
