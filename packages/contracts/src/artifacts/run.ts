import { z } from "zod";
import { defineArtifact, type Parsed } from "../define-artifact.ts";
import { checkContract } from "../format/check-contract.ts";
import { distinct } from "../format/line.ts";
import { createReport, judge } from "../format/report.ts";
import { ContractRef, FileName, Id, Name, Sha256 } from "../identifiers.ts";

/** What a run's final text must keep: `cited` asks that every factual sentence is cited; `plain` (a rewrite, a recommendation) does not. */
export const Profile = z.enum(["cited", "plain"]);
export type Profile = z.infer<typeof Profile>;

/** The four clocks of a stage, milliseconds (Temporal's names). */
export const Clocks = z.object({
  scheduleToStart: z.int().positive(),
  heartbeat: z.int().positive(),
  startToClose: z.int().positive(),
  scheduleToClose: z.int().positive(),
});
export type Clocks = z.infer<typeof Clocks>;

export const defaultClocks: Clocks = {
  scheduleToStart: 60_000,
  heartbeat: 120_000,
  startToClose: 30 * 60_000,
  scheduleToClose: 2 * 60 * 60_000,
};

/** A source as main took it in: the raw file, which stays on main, and the text extracted from it, which travels. */
export const RunSource = z.looseObject({
  /** `S1`, `S2`, … */
  id: z.string().regex(/^S[1-9][0-9]{0,4}$/),
  /** The original path or title, for people. */
  label: z.string(),
  raw: z.looseObject({ name: FileName, sha256: Sha256, size: z.int().nonnegative(), mediaType: z.string() }),
  text: z.looseObject({ name: FileName, sha256: Sha256, size: z.int().nonnegative() }).optional(),
  /** Program and version that extracted the text, and its ICU version. */
  extractor: z.string().optional(),
  /** Why there is no text. Then the source is a declared gap. */
  unreadable: z.string().optional(),
});
export type RunSource = z.infer<typeof RunSource>;

/** run.json: what the run is, written once by main at intake and carried by every `work` task. */
export const Run = z.looseObject({
  contract: ContractRef,
  run: Id,
  /** SHA-256 of brief.md. */
  brief: Sha256,
  profile: Profile,
  sources: z
    .array(RunSource)
    .max(2048)
    .check(distinct((source) => source.id)),
  route: z.array(z.looseObject({ role: Name, consumes: z.array(z.string()), produces: z.array(z.string()) })).min(1),
  /** The version of each contract that this run uses. */
  versions: z.record(z.string(), z.int().positive()),
  clocks: Clocks,
  deadline: z.iso.datetime(),
});
export type Run = z.infer<typeof Run>;

const name = "run";
const version = 1;

export const run = defineArtifact({
  name,
  version,
  file: "run.json",
  mediaType: "application/json",
  maxBytes: 4 * 1024 * 1024,
  schema: Run,
  parse: parseRun,
  format: (value) => `${JSON.stringify(value, null, 2)}\n`,
});

function parseRun(text: string, fileName: string): Parsed<Run> {
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
  return judge(report, { schema: Run }, json);
}
