import { z } from "zod";

/** A text and where it begins. Lengths are points from the top left corner of the page as it is shown. */
export interface PlacedText {
  readonly text: string;
  readonly x: number;
  /** Baseline. */
  readonly y: number;
}

/** A form field that is filled in. */
export interface Field {
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
