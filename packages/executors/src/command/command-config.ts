import { isAbsolute } from "node:path";
import { Name } from "@tasuki/protocol";
import { z } from "zod";

const placeholders = ["{workdir}", "{inputFile}", "{outputFile}", "{attemptId}"] as const;

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")
  .refine((name) => !name.startsWith("TASUKI_"), "TASUKI_ variables are set by the node");
const noNul = z.string().refine((text) => !text.includes("\0"), "text without a NUL character");

/** `executor` in config.jsonc with `"kind": "command"`: a program of the operator's does the role's work. */
export const CommandConfig = z.strictObject({
  kind: z.literal("command"),
  /** Name of the program in receipts: `command:NAME`. */
  name: Name,
  /** The program's absolute path, then its arguments; no shell. An argument may be `{workdir}`, `{inputFile}`, `{outputFile}` or `{attemptId}`. */
  argv: z.tuple([noNul.refine(isAbsolute, `an absolute path, such as "/usr/bin/python3"`)], noNul).superRefine((argv, context) => {
    for (const [at, message] of checkPlaceholders(argv)) context.addIssue({ code: "custom", message, path: [at] });
  }),
  /** `stdin`: prompt.md is given on stdin too; `files`: stdin is empty. */
  input: z.enum(["stdin", "files"]).default("stdin"),
  /** Longest time of an attempt, milliseconds; the run's own limit where that is shorter. */
  timeoutMs: z.int().positive().optional(),
  /**
   * Longest time without a sign of work (output, a change in out/), milliseconds, of a program that is known to give some; it is ended after that.
   * Without it silence ends nothing: many programs say nothing until they are done.
   */
  silenceMs: z.int().positive().optional(),
  /** Most bytes of stdout, and of stderr. */
  maxOutputBytes: z
    .int()
    .positive()
    .default(8 * 1024 * 1024),
  /** Variables of the program's environment: those of the node's that are named in `pass`, and those in `set`. */
  env: z.strictObject({ pass: z.array(variable).default([]), set: z.record(variable, noNul).default({}) }).prefault({}),
  /** Limits that the kernel enforces (prlimit): seconds of processor time, bytes of one file, bytes of memory, open files. */
  limits: z
    .strictObject({
      cpu: z.int().positive().optional(),
      fsize: z.int().positive().optional(),
      data: z.int().positive().optional(),
      nofile: z.int().positive().optional(),
    })
    .default({}),
});
export type CommandConfig = z.infer<typeof CommandConfig>;

/** Meaning of each placeholder for one job. An undefined value has no meaning for the job's role. */
export type PlaceholderValues = Readonly<Record<(typeof placeholders)[number], string | undefined>>;

/** Fills the placeholders of `argv`. Returns a sentence where one of them has no value. */
export function fillPlaceholders(argv: readonly string[], values: PlaceholderValues): readonly string[] | string {
  const filled: string[] = [];
  for (const element of argv) {
    const placeholder = placeholders.find((placeholder) => element === placeholder);
    const value = placeholder === undefined ? element : values[placeholder];
    if (value === undefined)
      return `${element} in argv stands for the role's only output, and this role has several; use {workdir} and out/ in it`;
    filled.push(value);
  }
  return filled;
}

/** Complaints about placeholders, by index. They are whole elements of argv, so that nothing is ever glued into an option or a script. */
function checkPlaceholders(argv: readonly string[]): readonly (readonly [number, string])[] {
  return argv.flatMap((element, at) => {
    const inside = placeholders.find((placeholder) => element.includes(placeholder));
    if (inside === undefined || (element === inside && at > 0)) return [];
    const message = at === 0 ? "a program's path, without placeholders" : `${inside} as an element of its own: ["--option", "${inside}"]`;
    return [[at, message] as const];
  });
}
