import { type AnyArtifact, fromInline, readFields, readItems, readTxtFile, type Report, type TxtFile } from "@tasuki/protocol";
import { fromSectionLines } from "./write.ts";

export interface JpFinalDraft {
  run?: string;
  profile?: string;
  decision?: string;
  inputs?: { name: string; sha256: string }[];
  title?: string;
  sections: { heading: string; text: string }[];
  references?: unknown[];
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
const appendices = ["references", "acceptance", "requests"];

export function readJpFinal(
  text: string,
  file: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): { readonly report: Report; readonly draft: JpFinalDraft } {
  const txt = readTxtFile(text, { ...file, keys });
  const { report } = txt;
  const draft: JpFinalDraft = { ...readHeader(txt), sections: [] };
  for (const part of partsOf(txt)) {
    const name = part.title.toLowerCase();
    // The title comes first. A draft without a title may begin with an appendix, or with text.
    const appendix = part.level === 1 && appendices.includes(name) && (draft.title !== undefined || file.draft);
    if (appendix) readAppendix(name, part, { report, draft });
    else if (part.level === 1 && draft.title === undefined) {
      draft.title = part.title;
      addSection({ ...part, title: "" }, draft);
    } else if (part.level === 1 && !file.draft)
      report.add({
        line: part.line,
        expected: "## for a section; # only for the title, References, Acceptance and Requests",
        got: `# ${part.title.slice(0, 80)}`,
        fix: `write '## ${part.title.slice(0, 80)}'`,
      });
    else addSection(part, draft);
  }
  return { report, draft };
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

function readAppendix(name: string, part: Part, { report, draft }: { readonly report: Report; readonly draft: JpFinalDraft }): void {
  report.at(name, part.line);
  const lines = part.lines.flatMap((text, at) => (text.trim() === "" ? [] : [{ text, line: part.line + 1 + at }]));
  if (name === "references")
    draft.references = lines.flatMap(({ text, line }) => {
      const [, item, source, locator, sha256] = /^\s*(?:[-*]\s+)?\[(C\d+)\] ([SN]\d+), (.*), sha256=([0-9a-f]{64})\s*$/s.exec(text) ?? [];
      if (/^\s*none\.?\s*$/i.test(text)) return [];
      if (item === undefined)
        report.add({
          line,
          expected: "[C1] S1, lines 3-5, sha256=<64 hexadecimal digits>",
          got: text.trim().slice(0, 120),
          fix: "leave the References to completion, or write the line in this form",
        });
      return item === undefined ? [] : [{ item, source, locator: fromInline(locator ?? ""), sha256 }];
    });
  else if (name === "requests") draft.requests = readItems(lines).map(({ value }) => value);
  else draft.acceptance = readAcceptance(lines, report);
}

function readAcceptance(
  lines: readonly { readonly text: string; readonly line: number }[],
  report: Report,
): NonNullable<JpFinalDraft["acceptance"]> {
  const checks: NonNullable<JpFinalDraft["acceptance"]>["checks"] = [];
  const gaps: NonNullable<JpFinalDraft["acceptance"]>["gaps"] = [];
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
