import type { z } from "zod";
import type { AnyArtifact } from "../kit/define-artifact.ts";
import type { Parsed } from "../kit/read-text.ts";
import { ContractRef, parseContractRef, refOf } from "../messages/identifiers.ts";
import { gotAt, nothing } from "../messages/got-at.ts";
import { toExpected } from "../messages/parse-message.ts";
import type { Unmet } from "../messages/problem.ts";

// Limit of the problems in a report: an author mends from the first ones, and a hostile file must not make megabytes of refusal.
const most = 200;
// Depth of the paths whose lines are noted, and of the lists that are bounded.
const deepest = 4;
/** Largest number of elements of any list in an artifact. */
export const longest = 3000;

/** Report on a file that is being read: its problems, and the line that each value came from. */
export interface Report {
  readonly file: string;
  readonly unmet: readonly Unmet[];
  add(problem: Omit<Unmet, "file">): void;
  /** Adds a problem and drops all others: of a file in another format, nothing else can be said. */
  only(problem: Omit<Unmet, "file">): void;
  /** Notes the line of the value at a path such as `candidates.0.source`. */
  at(path: string, line: number): void;
  /** The line of the value at a path, or of the nearest one that holds it. */
  lineOf(path: string): number | undefined;
  readonly failed: boolean;
}

export function createReport(file: string): Report {
  const found: Unmet[] = [];
  const lines = new Map<string, number>();
  let count = 0;
  let closed = false;
  return {
    file,
    only(problem) {
      found.splice(0, found.length, { file, ...problem });
      count = 1;
      closed = true;
    },
    add(problem) {
      if (closed) return;
      count += 1;
      if (count <= most) found.push({ file, ...problem });
    },
    at(path, line) {
      lines.set(path, line);
    },
    lineOf(path) {
      const keys = path.split(".", deepest);
      while (keys.length > 0) {
        const line = lines.get(keys.join("."));
        if (line !== undefined) return line;
        keys.pop();
      }
      return undefined;
    },
    get failed() {
      return count > 0;
    },
    get unmet() {
      if (count <= most) return found;
      return [
        ...found,
        {
          file,
          expected: "a file that keeps its contract",
          got: `${count - most} more problems`,
          fix: "mend those above, and check again",
        },
      ];
    },
  };
}

/** Words for a value that is wrong, by its path, with `*` for numbers. */
export type Rules = Readonly<Record<string, { readonly expected: string; readonly fix: string }>>;

/** The part of an artifact that its completion needs. */
export interface Contract<Value> {
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly schema: z.ZodType<Value>;
  readonly rules: Rules;
  /** Reads a complete file. A file that passes needs no completion. */
  read(text: string, fileName: string): Parsed<Value>;
}

/** Judges a draft of a value by the schema, and adds its faults to the report. */
export function judge<Schema extends z.ZodType>(
  report: Report,
  { schema, rules = {} }: { readonly schema: Schema; readonly rules?: Rules },
  draft: unknown,
): Parsed<z.output<Schema>> {
  const bounded = bound(draft, [], report);
  const result = schema.safeParse(bounded);
  for (const issue of result.error?.issues.slice(0, most + 1) ?? []) {
    const path = issue.path.map(String).join(".");
    const rule = rules[path.replaceAll(/(?<=^|\.)\d+(?=\.|$)/g, "*")];
    const line = report.lineOf(path);
    const got = gotAt(bounded, issue.path);
    report.add({
      ...(path !== "" && { path }),
      ...(line !== undefined && { line }),
      expected: issue.code === "custom" ? issue.message : (rule?.expected ?? toExpected(issue)),
      got,
      fix: rule?.fix ?? (got === nothing ? `add ${path}` : `write ${path} as expected`),
    });
  }
  return result.success && !report.failed ? { ok: true, value: result.data } : { ok: false, unmet: report.unmet };
}

/** A value whose lists are cut to `longest`, so that judging a hostile file stays cheap. Lists that are cut are reported. */
function bound(value: unknown, keys: readonly string[], report: Report): unknown {
  if (typeof value !== "object" || value === null || keys.length > deepest) return value;
  const held = Array.isArray(value) ? value.slice(0, longest) : value;
  if (Array.isArray(value) && value.length > longest) {
    const path = keys.join(".");
    const line = report.lineOf(path);
    report.add({
      path,
      ...(line !== undefined && { line }),
      expected: `at most ${longest} of them`,
      got: gotAt(value, []),
      fix: "leave some out",
    });
  }
  const entries = Object.entries(held).map(([key, one]) => [key, bound(one, [...keys, key], report)] as const);
  return Array.isArray(held) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

/** Judges the `contract:` that a file names: its name must be the artifact's, and its version one that is read here. */
export function checkContract(report: Report, artifact: Pick<AnyArtifact, "name" | "version">, got: string | undefined): void {
  const expected = refOf(artifact);
  if (got === expected) return;
  const line = report.lineOf("contract");
  const ref = ContractRef.safeParse(got);
  const other = ref.success ? parseContractRef(ref.data) : undefined;
  const problem = {
    path: "contract",
    ...(line !== undefined && { line }),
    expected:
      other?.name === artifact.name ? `${expected}; versions of ${artifact.name} that are read here: ${artifact.version}` : expected,
    got: got === undefined || got === "" ? "nothing" : got.slice(0, 120),
    fix: `write 'contract: ${expected}', and the file in that format`,
  };
  if (other) report.only(problem);
  else report.add(problem);
}
