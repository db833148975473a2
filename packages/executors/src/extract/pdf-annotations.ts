import { z } from "zod";
import type { PageLine } from "./pdf-lines.ts";

/** A form field that is filled in. */
interface Field {
  /** Its description for people, else its name. */
  readonly name: string;
  readonly text: string;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  /** True for a box that is ticked, or not: its text is `[x]` or `[ ]`. */
  readonly isMark: boolean;
}

const text = z.string().nullish().catch(undefined);
const option = z.object({ exportValue: text, displayValue: text });

/** Annotation as pdf.js gives it, of which only this is read (ISO 32000-1, 12.5 and 12.7). */
const Annotation = z.object({
  subtype: text,
  rect: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  fieldType: text,
  fieldName: text,
  alternativeText: text,
  fieldValue: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .catch(undefined),
  options: z.array(option).nullish().catch(undefined),
  checkBox: z.boolean().optional().catch(undefined),
  radioButton: z.boolean().optional().catch(undefined),
  exportValue: text,
  buttonValue: text,
  password: z.boolean().optional().catch(undefined),
  hidden: z.boolean().optional().catch(undefined),
  contentsObj: z.object({ str: z.string() }).nullish().catch(undefined),
});
type Annotation = z.infer<typeof Annotation>;

/** Filled fields and comments among the annotations of a page, in their order. `view` is the page's transform. What a password field holds stays out. */
export function fieldsOf(annotations: readonly unknown[], view: readonly number[]): { fields: Field[]; comments: string[] } {
  const fields: Field[] = [];
  const comments: string[] = [];
  for (const each of annotations) {
    const parsed = Annotation.safeParse(each);
    if (!parsed.success || parsed.data.hidden === true) continue;
    const value = parsed.data.subtype === "Widget" ? valueOf(parsed.data) : undefined;
    const comment = parsed.data.subtype === "Widget" || parsed.data.subtype === "Link" ? "" : oneLine(parsed.data.contentsObj?.str ?? "");
    if (value !== undefined && value !== "") fields.push({ ...placeOf(parsed.data, view), text: value, ...nameOf(parsed.data) });
    if (comment !== "") comments.push(comment);
  }
  return { fields, comments };
}

function nameOf({ alternativeText, fieldName, checkBox, radioButton }: Annotation): Pick<Field, "name" | "isMark"> {
  return {
    name: [alternativeText, fieldName].map((name) => oneLine(name ?? "")).find((name) => name !== "") ?? "",
    isMark: checkBox === true || radioButton === true,
  };
}

/** Text of a field: what was typed or chosen, or the mark of a box; undefined for a button, a signature and a password. */
function valueOf({
  fieldType,
  fieldValue,
  options,
  checkBox,
  radioButton,
  exportValue,
  buttonValue,
  password,
}: Annotation): string | undefined {
  if (checkBox === true) return fieldValue === exportValue ? "[x]" : "[ ]";
  if (radioButton === true) return fieldValue === buttonValue ? "[x]" : "[ ]";
  if (password === true || fieldValue === null || fieldValue === undefined || (fieldType !== "Tx" && fieldType !== "Ch")) return undefined;
  const chosen = typeof fieldValue === "string" ? [fieldValue] : fieldValue;
  return oneLine(chosen.map((value) => options?.find((one) => one.exportValue === value)?.displayValue ?? value).join(", "));
}

function placeOf({ rect: [x1, y1, x2, y2] }: Annotation, view: readonly number[]): Pick<Field, "x" | "top" | "bottom"> {
  const [va = 1, vb = 0, vc = 0, vd = 1, ve = 0, vf = 0] = view;
  const xs = [va * x1 + vc * y1 + ve, va * x2 + vc * y2 + ve];
  const ys = [vb * x1 + vd * y1 + vf, vb * x2 + vd * y2 + vf];
  return { x: Math.min(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function oneLine(value: string): string {
  return value.replaceAll(/\s+/g, " ").trim();
}

/** Lines with the texts of form fields: at the end of the label on the left, else below the label above, else at the end, with the field's name. */
export function withFields(lines: readonly PageLine[], fields: readonly Field[]): PageLine[] {
  const filled = [...lines];
  for (const { name, text, x, top, bottom, isMark } of fields) {
    const beside = filled.filter(({ y }) => y >= top - 2 && y <= bottom + 2);
    // The label of a box to tick stands on its right.
    const label = isMark ? leftmost(beside.filter((line) => line.x >= x)) : undefined;
    const left = rightmost(beside.filter(({ right }) => right <= x + 2));
    const above = filled.filter((line) => line.y < top && top - line.y < 2 * line.size && line.x <= x + 2 && line.right >= x);
    const size = (left ?? above[0] ?? filled[0])?.size ?? 10;
    const at = { y: bottom, x, right: x, size };
    if (label !== undefined) filled[filled.indexOf(label)] = whole({ ...label, text: `${text} ${label.text}`, isFilled: true });
    else if (left !== undefined) filled[filled.indexOf(left)] = whole({ ...left, text: `${left.text} ${text}`, right: x, isFilled: true });
    else if (above[0] !== undefined) filled.splice(filled.indexOf(above[0]) + 1, 0, whole({ ...at, text }));
    else filled.push(whole({ ...at, text: name === "" ? text : `${name}: ${text}` }));
  }
  return filled;
}

/** Line of one part. */
function whole(line: Omit<PageLine, "parts">): PageLine {
  return { ...line, parts: [{ text: line.text, x: line.x, y: line.y, right: line.right, isCode: false }] };
}

function leftmost(lines: readonly PageLine[]): PageLine | undefined {
  return lines.toSorted((one, other) => one.x - other.x)[0];
}

function rightmost(lines: readonly PageLine[]): PageLine | undefined {
  return lines.toSorted((one, other) => other.right - one.right)[0];
}
