import type { z } from "zod";
import type { Complaint } from "../complaint.ts";
import type { AnyArtifact, Parsed } from "../define-artifact.ts";
import { checkContract } from "./check-contract.ts";
import { createReport, judge, type Report } from "./report.ts";

/** A contract whose values are named lines and one long `text`: `key: value` lines, a blank one, the text. In Markdown the lines stand between two `---`. */
export interface HeadedContract<Schema extends z.ZodObject> extends Pick<AnyArtifact, "name" | "version" | "file"> {
  /** An object of texts, or of what is read from texts; every field but `text` is a line of the header. */
  readonly schema: Schema;
}

/** The fields that no text can become. */
type NoText<Input> = {
  [Field in keyof Input]-?: unknown extends Input[Field] ? never : [Extract<Input[Field], string>] extends [never] ? Field : never;
}[keyof Input] &
  string;

/** `unknown` where every field can be a line; else what the compiler prints. */
type Lines<Name extends string, Schema extends z.ZodObject> = [NoText<z.input<Schema>>] extends [never]
  ? unknown
  : Complaint<`field '${NoText<z.input<Schema>>}' of '${Name}' is a line of its header, and so a text: z.coerce.number<string>() reads a number from it`>;

/** Reads a complete file, as `parse` of an artifact. */
export function readHeaded<const Name extends string, Schema extends z.ZodObject>(
  text: string,
  contract: HeadedContract<Schema> & { readonly name: Name } & Lines<Name, Schema>,
  fileName: string,
): Parsed<z.output<Schema>> {
  return read(text, contract, fileName);
}

function read<Schema extends z.ZodObject>(text: string, contract: HeadedContract<Schema>, fileName: string): Parsed<z.output<Schema>> {
  const { report, header, body } = split(text, contract, fileName);
  checkContract(report, contract, header.get("contract"));
  return judge(report, contract, { ...Object.fromEntries(header), text: body });
}

/** Writes a complete file, as `format` of an artifact. */
export function formatHeaded<Schema extends z.ZodObject>(contract: HeadedContract<Schema>, value: z.output<Schema>): string {
  const fence = isMarkdown(contract) ? "---\n" : "";
  const { text, ...fields } = value;
  const lines = Object.entries({ contract: `${contract.name}@${contract.version}`, ...fields }).flatMap(([key, line]) =>
    line === undefined ? [] : [`${key}: ${String(line)}\n`],
  );
  return `${fence}${lines.join("")}${fence}\n${String(text)}`;
}

/** Fills in what an author left out of the header and code knows, as `complete` of an artifact. A draft may be the text alone. */
export function completeHeaded<Schema extends z.ZodObject>(
  draft: string,
  contract: HeadedContract<Schema>,
  known: Readonly<Record<string, string>>,
): Parsed<string> {
  if (read(draft, contract, contract.file).ok) return { ok: true, value: draft };
  const { report, header, body } = split(draft, contract, contract.file);
  const said = header.get("contract");
  if (said !== undefined) checkContract(report, contract, said);
  const judged = judge(report, contract, { ...known, ...Object.fromEntries(header), text: body });
  return judged.ok ? { ok: true, value: formatHeaded(contract, judged.value) } : judged;
}

interface Parts {
  readonly report: Report;
  readonly header: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Takes a file apart. One without a header is all text. */
function split<Schema extends z.ZodObject>(text: string, contract: HeadedContract<Schema>, fileName: string): Parts {
  const report = createReport(fileName);
  const fenced = isMarkdown(contract);
  const start = fenced ? 4 : 0;
  const end = text.indexOf(fenced ? "\n---\n" : "\n\n", Math.max(0, start - 1));
  const lines = end < 0 ? [] : text.slice(start, Math.max(start, end)).split("\n");
  const keys = ["contract", ...Object.keys(contract.schema.shape).filter((key) => key !== "text")];
  const hasHeader = (!fenced || text.startsWith("---\n")) && keys.some((key) => lines[0]?.startsWith(`${key}:`));
  const header = new Map<string, string>();
  if (!hasHeader) return { report, header, body: text };
  for (const [at, line] of lines.entries()) {
    const [, key = "", value = ""] = /^([A-Za-z][A-Za-z0-9_-]*): ?(.*)$/s.exec(line) ?? [];
    const number = at + (fenced ? 2 : 1);
    report.at(key, number);
    if (key === "")
      report.add({
        line: number,
        expected: "'key: value'",
        got: line === "" ? "an empty line" : line.slice(0, 120),
        fix: "write the header as 'key: value' lines",
      });
    else if (header.has(key))
      report.add({
        line: number,
        expected: `'${key}' once`,
        got: line === "" ? "an empty line" : line.slice(0, 120),
        fix: "leave one of the two lines out",
      });
    else header.set(key, value);
  }
  const after = text.slice(end + (fenced ? 5 : 2));
  return { report, header, body: fenced ? after.replace(/^\n/, "") : after };
}

function isMarkdown({ file }: Pick<AnyArtifact, "file">): boolean {
  return file.endsWith(".md");
}
