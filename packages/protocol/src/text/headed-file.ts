import type { z } from "zod";
import type { AnyArtifact, Complaint } from "../kit/define-artifact.ts";
import type { Parsed } from "../kit/read-text.ts";
import { refOf } from "../messages/identifiers.ts";
import { formatFrontMatter, formatHeader, readHeader } from "./header.ts";
import { checkContract, createReport, judge, type Report } from "./report.ts";

/**
 * A contract whose values are named lines and one long `text`: `key: value` lines, a blank one, the text. In Markdown the lines stand
 * between two `---`.
 */
export interface HeadedContract<Schema extends z.ZodObject> extends Pick<AnyArtifact, "name" | "version" | "file"> {
  /** Schema of an object whose fields are texts, or are read from texts. Every field but `text` is a line of the header. */
  readonly schema: Schema;
}

/** Fields of a value that no text can become. */
type NoText<Input> = {
  [Field in keyof Input]-?: unknown extends Input[Field] ? never : [Extract<Input[Field], string>] extends [never] ? Field : never;
}[keyof Input] &
  string;

/** `unknown` where every field can be a line; else the sentence that the compiler prints. */
type Lines<Name extends string, Schema extends z.ZodObject> = [NoText<z.input<Schema>>] extends [never]
  ? unknown
  : Complaint<`field '${NoText<z.input<Schema>>}' of '${Name}' is a line of its header, and so a text: z.coerce.number<string>() reads a number from it`>;

/** Reads a complete file, for `read` of `defineArtifact`. */
export function readHeaded<const Name extends string, Schema extends z.ZodObject>(
  text: string,
  contract: HeadedContract<Schema> & { readonly name: Name } & Lines<Name, Schema>,
  fileName: string,
): Parsed<z.output<Schema>> {
  return read(text, contract, fileName);
}

function read<Schema extends z.ZodObject>(text: string, contract: HeadedContract<Schema>, fileName: string): Parsed<z.output<Schema>> {
  const { report, header, body } = split(text, contract, fileName);
  checkContract(report, contract, header["contract"]);
  return judge(report, contract, { ...header, text: body });
}

/** Writes a complete file, for `write` of `defineArtifact`. */
export function formatHeaded<Schema extends z.ZodObject>(contract: HeadedContract<Schema>, value: z.output<Schema>): string {
  const { text, ...rest } = value;
  const fields = Object.entries({ contract: refOf(contract), ...rest }).flatMap(([key, field]) =>
    field === undefined ? [] : [[key, String(field)] as const],
  );
  const header = isMarkdown(contract) ? formatFrontMatter(Object.fromEntries(fields)) : formatHeader(Object.fromEntries(fields));
  return `${header}\n${String(text)}`;
}

/** Completes a draft with the lines of the header that code knows, for `complete` of `defineArtifact`. A draft may be the text alone. */
export function completeHeaded<Schema extends z.ZodObject>(
  draft: string,
  contract: HeadedContract<Schema>,
  known: Readonly<Record<string, string>>,
): Parsed<string> {
  if (read(draft, contract, contract.file).ok) return { ok: true, value: draft };
  const { report, header, body } = split(draft, contract, contract.file);
  const said = header["contract"];
  if (said !== undefined) checkContract(report, contract, said);
  const judged = judge(report, contract, { ...known, ...header, text: body });
  return judged.ok ? { ok: true, value: formatHeaded(contract, judged.value) } : judged;
}

interface Parts {
  readonly report: Report;
  readonly header: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The parts of a file. A file without a header is all text. */
function split<Schema extends z.ZodObject>(text: string, contract: HeadedContract<Schema>, fileName: string): Parts {
  const report = createReport(fileName);
  const isFenced = isMarkdown(contract);
  const keys = ["contract", ...Object.keys(contract.schema.shape).filter((key) => key !== "text")];
  const lines = text.split("\n");
  const { fields, end } = readHeader(lines, { isFenced, keys, line: /^([A-Za-z][A-Za-z0-9_-]*): ?(.*)$/s, isExact: true }, report);
  const header = Object.fromEntries([...fields].map(([key, [field]]) => [key, field?.text ?? ""]));
  const body = lines.slice(end).join("\n");
  return { report, header, body: isFenced && end > 0 ? body.replace(/^\n/, "") : body };
}

function isMarkdown({ file }: Pick<AnyArtifact, "file">): boolean {
  return file.endsWith(".md");
}
