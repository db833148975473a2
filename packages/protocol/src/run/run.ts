import { z } from "zod";
import { type Artifact, defineArtifact } from "../kit/define-artifact.ts";
import type { Parsed } from "../kit/read-text.ts";
import { ContractRef, FileName, Id, Name, Sha256 } from "../messages/identifiers.ts";
import { AskedClocks, Clocks } from "../messages/clocks.ts";
import { distinct } from "../text/line.ts";
import { checkContract, createReport, judge } from "../text/report.ts";

/** Most blocks that a run.json lists, over all of its sources. */
export const mostBlocks = 16_384;

/**
 * Stretch of a source's text that is not its running text, in bytes of the text's UTF-8 form: `from` is the first, `to` the one after the last.
 * Blocks stand in the order of the text and do not overlap. `kind` is one of `sourceBlockKinds`, or of a later release's.
 */
export const SourceBlock = z.looseObject({ from: z.int().nonnegative(), to: z.int().nonnegative(), kind: Name });
export type SourceBlock = z.infer<typeof SourceBlock>;

/**
 * Kinds of blocks. Furniture leads to the text and answers nothing: `navigation` (menus, links to other pages), `contents` (a list of
 * what stands further down), `furniture` (heads and feet of pages), `metadata` (front matter), `table-header` (the names that every row of its table
 * has beside its values). The others are text of their own beside the running text.
 */
export const sourceBlockKinds = {
  navigation: { isFurniture: true },
  contents: { isFurniture: true },
  furniture: { isFurniture: true },
  metadata: { isFurniture: true },
  "table-header": { isFurniture: true },
  heading: { isFurniture: false },
  table: { isFurniture: false },
  code: { isFurniture: false },
  footnote: { isFurniture: false },
  comment: { isFurniture: false },
  form: { isFurniture: false },
} as const;
export type SourceBlockKind = keyof typeof sourceBlockKinds;

/** Source that main took in: the raw file, which stays on main, and the text extracted from it, which travels. */
export const RunSource = z.looseObject({
  /** Id: `S1`, `S2`, … */
  id: z.string().regex(/^S[1-9][0-9]{0,4}$/),
  /** Original path or title, for people. */
  label: z.string(),
  raw: z.looseObject({ name: FileName, sha256: Sha256, size: z.int().nonnegative(), mediaType: z.string() }),
  text: z.looseObject({ name: FileName, sha256: Sha256, size: z.int().nonnegative() }).optional(),
  /** Program and version that extracted the text, and its ICU version. */
  extractor: z.string().optional(),
  /** Reason why there is no text. The source is then a declared gap. */
  unreadable: z.string().optional(),
  /** Blocks of the text that are not its running text. */
  blocks: z.array(SourceBlock).max(mostBlocks).optional(),
  /** Parts that the source has and its text lacks, a phrase each: `3 pictures without a description`. The source is then a declared gap. */
  dropped: z.array(z.string()).optional(),
  /** Guesses made in reading it, a phrase each: `its encoding, taken for windows-1251`. The source is then a declared gap. */
  guessed: z.array(z.string()).optional(),
});
export type RunSource = z.infer<typeof RunSource>;

/** Run, as run.json tells it: written once by main at intake, and carried by every `work` task. */
export const Run = z.looseObject({
  contract: ContractRef,
  run: Id,
  /** SHA-256 of the brief's file. */
  brief: Sha256,
  /** Profile, one of the pipeline's. */
  profile: z.string(),
  sources: z
    .array(RunSource)
    .max(2048)
    .check(distinct((source) => source.id)),
  /** `clocks`: those of the role that differ from the run's. */
  route: z
    .array(z.looseObject({ role: Name, consumes: z.array(z.string()), produces: z.array(z.string()), clocks: AskedClocks.optional() }))
    .min(1),
  /** Versions that the run uses, by contract. */
  versions: z.record(z.string(), z.int().positive()),
  clocks: Clocks,
  /** Most times that a decision sends work back by itself; then a person decides. */
  rounds: z.int().nonnegative().optional(),
  /** Time by which the run is expected: its deadline, or what the clocks of all stages come to. Nothing is refused or ended for it. */
  deadline: z.iso.datetime(),
});
export type Run = z.infer<typeof Run>;

const name = "run";
const version = 1;

/**
 * Defines the contract of run.json in a relay whose runs have one of these profiles. The engine reads the run.json of any relay by `anyRun`.
 *
 * @example
 * export const run = defineRun(z.enum(["plain", "formal"]));
 */
export function defineRun<Profile extends z.ZodType<string>>(
  profile: Profile,
): Artifact<"run", Run & { profile: z.output<Profile> }, false> {
  const schema = Run.extend({ profile }) as unknown as z.ZodType<Run & { profile: z.output<Profile> }>; // zod infers no more of an open type
  return defineArtifact({
    name,
    version,
    file: "run.json",
    mediaType: "application/json",
    maxBytes: 4 * 1024 * 1024,
    schema,
    read: (text, fileName) => readRun(text, fileName, schema),
    write: (value) => `${JSON.stringify(value, null, 2)}\n`,
  });
}

/** The contract of run.json in any relay. */
export const anyRun = defineRun(z.string());

function readRun<Value>(text: string, fileName: string, schema: z.ZodType<Value>): Parsed<Value> {
  const report = createReport(fileName);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const line = /\(line (\d+) column \d+\)/.exec(reason)?.[1];
    report.add({
      ...(line && { line: Number(line) }),
      expected: "JSON",
      got: reason.slice(0, 200),
      fix: "write the file as JSON (RFC 8259)",
    });
    return { ok: false, unmet: report.unmet };
  }
  if (typeof json === "object" && json !== null && "contract" in json && ContractRef.safeParse(json.contract).success)
    checkContract(report, { name, version }, String(json.contract));
  return judge(report, { schema }, json);
}
