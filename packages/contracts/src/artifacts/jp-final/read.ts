import {
  type AnyArtifact,
  checkContract,
  fromInline,
  readFields,
  readItems,
  readTxtFile,
  type Report,
  type TxtFile,
} from "@tasuki/protocol";
import { fromSectionLines } from "./sections.ts";
import { referenceLine } from "./write.ts";

export interface JpFinalDraft {
  run?: string;
  profile?: string;
  decision?: string;
  inputs?: { name: string; sha256: string }[];
  title?: string;
  sections: { heading: string; text: string }[];
  references?: { item: string; source: string; locator: string; sha256: string }[];
  sources?: { id: string; name: string; origin: string; fetched: string }[];
  acceptance?: { checks: { name: string; result: string; detail: string }[]; gaps: { question: string; reason: string }[] };
  requests?: string[];
}

interface Part {
  readonly level: number;
  readonly title: string;
  readonly line: number;
  readonly lines: string[];
}

const keys = ["contract", "run", "profile", "inputs", "decision"];
// Parts behind the text, by version.
const appendices: Readonly<Record<number, readonly string[]>> = {
  1: ["references", "acceptance", "requests"],
  2: ["gaps", "requests", "references", "acceptance", "record"],
};

/** Lines of a part that are not blank. */
type Lines = readonly { readonly text: string; readonly line: number }[];

export function readJpFinal(
  text: string,
  file: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): { readonly report: Report; readonly draft: JpFinalDraft } {
  const { artifact } = file;
  // A complete file of version 1 begins with a header; of a later one a draft may, and a complete file tells of the run in its Record.
  const txt = readTxtFile(text, { ...file, keys, draft: file.draft || artifact.version > 1 });
  const { report } = txt;
  let listed: Lines | undefined;
  let isRecorded = false;
  const draft: JpFinalDraft = { ...readHeader(txt), sections: [] };
  for (const part of partsOf(txt)) {
    const name = part.title.toLowerCase();
    // The title comes first. A draft without a title may begin with an appendix, or with text.
    const appendix = part.level === 1 && appendices[artifact.version]?.includes(name) && (draft.title !== undefined || file.draft);
    if (appendix && name === "references" && artifact.version > 1) listed = linesOf(part, report);
    else if (appendix && name === "record") {
      isRecorded = true;
      readRecord(linesOf(part, report), { report, draft, artifact });
    } else if (appendix) readAppendix(name, part, { report, draft });
    else if (part.level === 1 && draft.title === undefined) {
      draft.title = part.title;
      addSection({ ...part, title: "" }, draft);
    } else if (part.level === 1 && !file.draft)
      report.add({
        line: part.line,
        expected: `## for a section; # only for the title and the parts ${appendices[artifact.version]?.join(", ")}`,
        got: `# ${part.title.slice(0, 80)}`,
        fix: `write '## ${part.title.slice(0, 80)}'`,
      });
    else addSection(part, draft);
  }
  if (artifact.version > 1 && !file.draft && !isRecorded) checkContract(report, artifact, undefined);
  if (listed) readListed(listed, { report, draft, isRecorded });
  return { report, draft };
}

/** Reads the references that stand in a file: those of a record are there for readers, and must say the same; of a draft, those of version 1. */
function readListed(lines: Lines, { report, draft, isRecorded }: { report: Report; draft: JpFinalDraft; isRecorded: boolean }): void {
  const [{ line: first } = { line: 0 }] = lines;
  if (!isRecorded) {
    const references = readReferences(lines, report);
    if (references.length > 0) draft.references = references;
    return;
  }
  const { references = [], sources = [] } = draft;
  const wanted = references.length === 0 ? ["None."] : references.map((one) => referenceLine(one, sources));
  for (const [at, expected] of wanted.entries()) {
    const { text = "nothing", line = first } = lines[at] ?? {};
    if (text.trimEnd() !== expected.trimEnd())
      report.add({ line, expected, got: text.slice(0, 200), fix: "leave the References to completion" });
  }
  const more = lines[wanted.length];
  if (more)
    report.add({
      line: more.line,
      expected: "references of the Record",
      got: more.text.slice(0, 200),
      fix: "leave the References to completion",
    });
}

/** Adds a section. Text before the first heading becomes a section without a heading; no text there becomes none. */
function addSection({ level, title, lines }: Part, { sections }: JpFinalDraft): void {
  const text = fromSectionLines(lines);
  if (title !== "" || text !== "" || level === 2) sections.push({ heading: title, text });
}

function readHeader({ header: { fields }, report }: TxtFile): Partial<JpFinalDraft> {
  const inputs = fields.get("inputs")?.map(({ text, line }, at) => {
    report.at(`inputs.${at}`, line);
    const [name = "", digest = ""] = text.split(/\s+/);
    return { name, sha256: digest.replace(/^sha256=/, "") };
  });
  const one = (key: string): string | undefined => fields.get(key)?.[0]?.text;
  const [run, profile, decision] = [one("run"), one("profile"), one("decision")];
  return {
    ...(run !== undefined && { run }),
    ...(profile !== undefined && { profile }),
    ...(decision !== undefined && { decision }),
    ...(inputs && { inputs }),
  };
}

function partsOf({ lines, header: { end } }: TxtFile): readonly Part[] {
  const parts: Part[] = [{ level: 0, title: "", line: end + 1, lines: [] }];
  for (let at = end; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const marks = /^#{1,2}(?=\s|$)/.exec(line)?.[0];
    if (marks === undefined) parts.at(-1)?.lines.push(line);
    else parts.push({ level: marks.length, title: fromInline(line.slice(marks.length)), line: at + 1, lines: [] });
  }
  return parts;
}

function linesOf(part: Part, report: Report): Lines {
  report.at(part.title.toLowerCase(), part.line);
  return part.lines.flatMap((text, at) => (text.trim() === "" ? [] : [{ text, line: part.line + 1 + at }]));
}

function readAppendix(name: string, part: Part, { report, draft }: { readonly report: Report; readonly draft: JpFinalDraft }): void {
  const lines = linesOf(part, report);
  const gaps = draft.acceptance?.gaps ?? [];
  if (name === "references") draft.references = readReferences(lines, report);
  else if (name === "requests") draft.requests = readItems(lines).map(({ value }) => value);
  else if (name === "gaps")
    draft.acceptance = { checks: draft.acceptance?.checks ?? [], gaps: [...gaps, ...readGaps(lines, report, gaps.length)] };
  else draft.acceptance = readAcceptance(lines, report, gaps);
}

function readReferences(lines: Lines, report: Report): NonNullable<JpFinalDraft["references"]> {
  return lines.flatMap(({ text, line }) => {
    const [, item, rest] = /^\s*(?:[-*]\s+)?\[(C\d+)\] (.*)$/s.exec(text) ?? [];
    const place = placeOf(rest ?? "");
    if (/^\s*none\.?\s*$/i.test(text)) return [];
    if (item !== undefined && place) return [{ item, ...place }];
    report.add({
      line,
      expected: "[C1] S1, lines 3-5, sha256=<64 hexadecimal digits>",
      got: text.trim().slice(0, 120),
      fix: "leave the References to completion, or write the line in this form",
    });
    return [];
  });
}

/** Place that a reference names: `S1, lines 3-5, sha256=…`. */
function placeOf(text: string): { source: string; locator: string; sha256: string } | undefined {
  const [, source = "", locator = "", sha256] = /^([SN]\d+), (.*), sha256=([0-9a-f]{64})\s*$/s.exec(text) ?? [];
  return sha256 === undefined ? undefined : { source, locator: fromInline(locator), sha256 };
}

/** Reads the record: `- key: value` lines about the run, its inputs, the names of sources, and the places of what is cited. */
function readRecord(
  lines: Lines,
  {
    report,
    draft,
    artifact,
  }: { readonly report: Report; readonly draft: JpFinalDraft; readonly artifact: Pick<AnyArtifact, "name" | "version"> },
): void {
  const form = "- contract, run, profile, decision, input NAME, S1, S1 origin, S1 collected, or C1: …";
  const sources = new Map<string, { id: string; name: string; origin: string; fetched: string }>();
  const inputs: NonNullable<JpFinalDraft["inputs"]> = [];
  const references: NonNullable<JpFinalDraft["references"]> = [];
  let contract: string | undefined;
  for (const { text, line } of lines) {
    const [, key = "", raw = ""] = /^- ([^:]+): ?(.*)$/s.exec(text) ?? [];
    const value = fromInline(raw);
    const [, id = "", what] = /^([SN]\d+)(?: (origin|collected))?$/.exec(key) ?? [];
    const place = /^C\d+$/.test(key) ? placeOf(raw) : undefined;
    if (key === "contract") contract = value;
    else if (key === "run" || key === "profile" || key === "decision") draft[key] = value;
    else if (key.startsWith("input ")) {
      report.at(`inputs.${inputs.length}`, line);
      inputs.push({ name: key.slice("input ".length), sha256: value.replace(/^sha256=/, "") });
    } else if (id !== "") {
      const source = sources.get(id) ?? { id, name: "", origin: "", fetched: "" };
      if (!sources.has(id)) report.at(`sources.${sources.size}`, line);
      sources.set(id, { ...source, [what === undefined ? "name" : what === "origin" ? "origin" : "fetched"]: value });
    } else if (place) {
      report.at(`references.${references.length}`, line);
      references.push({ item: key, ...place });
    } else report.add({ line, expected: form, got: text.slice(0, 120), fix: "leave the Record to completion" });
  }
  checkContract(report, artifact, contract);
  draft.inputs = inputs;
  draft.sources = [...sources.values()];
  draft.references = references;
}

/** Reads gaps: `- Q2: reason` lines. `before` is the number of those that stand before them. */
function readGaps(lines: Lines, report: Report, before: number): { question: string; reason: string }[] {
  return readFields(lines, report, "- Q2: reason").map(({ key, raw, line }, at) => {
    report.at(`acceptance.gaps.${before + at}`, line);
    return { question: fromInline(key), reason: fromInline(raw) };
  });
}

function readAcceptance(
  lines: Lines,
  report: Report,
  declared: NonNullable<JpFinalDraft["acceptance"]>["gaps"],
): NonNullable<JpFinalDraft["acceptance"]> {
  const checks: NonNullable<JpFinalDraft["acceptance"]>["checks"] = [];
  const gaps = [...declared];
  const form = "- passed: <check>: <detail>, - failed: …, or - gap Q2: <reason>";
  for (const { key, raw, line } of readFields(lines, report, form)) {
    const [, subject] = /^gap\s+(.*)$/is.exec(key) ?? [];
    if (subject !== undefined) {
      report.at(`acceptance.gaps.${gaps.length}`, line);
      gaps.push({ question: fromInline(subject), reason: fromInline(raw) });
    } else if (/^(?:passed|failed)$/i.test(key)) {
      const colon = /:(?=\s|$)/.exec(raw)?.index ?? raw.length;
      report.at(`acceptance.checks.${checks.length}`, line);
      checks.push({ name: fromInline(raw.slice(0, colon)), result: key.toLowerCase(), detail: fromInline(raw.slice(colon + 1)) });
    } else report.add({ line, expected: form, got: key.slice(0, 120), fix: "write the line in one of these forms" });
  }
  return { checks, gaps };
}
