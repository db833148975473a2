import type { z } from "zod";
import type { Parsed } from "../define-artifact.ts";
import type { Rules } from "./report.ts";

/** What a completion needs of its artifact. */
export interface Contract<Value> {
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly schema: z.ZodType<Value>;
  readonly rules: Rules;
  /** Reads a complete file: one that passes needs no completion. */
  parse(text: string, fileName: string): Parsed<Value>;
}
