import { isAbsolute } from "node:path";
import { Name } from "@tasuki/contracts";
import { z } from "zod";
import { checkPlaceholders } from "./placeholders.ts";

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")
  .refine((name) => !name.startsWith("TASUKI_"), "TASUKI_ variables are set by the node");
const noNul = z.string().refine((text) => !text.includes("\0"), "text without a NUL character");

/** `executor` in config.jsonc with `"kind": "command"`: a program of the operator's does the role's work. */
export const CommandConfig = z.strictObject({
  kind: z.literal("command"),
  /** Names it in receipts: `command:NAME`. */
  name: Name,
  /** The program's absolute path, then its arguments; no shell. An argument may be `{workdir}`, `{inputFile}`, `{outputFile}` or `{attemptId}`. */
  argv: z.tuple([noNul.refine(isAbsolute, `an absolute path, such as "/usr/bin/python3"`)], noNul).superRefine((argv, context) => {
    for (const [at, message] of checkPlaceholders(argv)) context.addIssue({ code: "custom", message, path: [at] });
  }),
  /** `stdin`: prompt.md is given on stdin too; `files`: stdin is empty. */
  input: z.enum(["stdin", "files"]).default("stdin"),
  /** The longest time of an attempt, milliseconds; the run's own limit if that is shorter. */
  timeoutMs: z.int().positive().optional(),
  /** How long the program may give no sign of work (output, a change in out/), milliseconds; the run's heartbeat by default. */
  silenceMs: z.int().positive().optional(),
  /** Of stdout, and of stderr, bytes. */
  maxOutputBytes: z
    .int()
    .positive()
    .default(8 * 1024 * 1024),
  /** The program gets no variable of the node's environment but those in `pass`. */
  env: z.strictObject({ pass: z.array(variable).default([]), set: z.record(variable, noNul).default({}) }).prefault({}),
  /** What the kernel enforces (prlimit): seconds of processor time, bytes of one file, bytes of memory, open files. */
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
