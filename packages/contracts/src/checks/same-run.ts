import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { Run } from "../artifacts/run/run.ts";
import { place } from "./collect.ts";

/** Checks that all files of a stage are of the run of run.json, and of its brief, which is the brief.md of the stage. */
export function* checkSameRun(
  run: Document<Run>,
  brief: Document<Brief>,
  files: readonly Document<{ readonly run: string; readonly brief?: string }>[],
): Generator<Unmet> {
  if (run.value.brief !== brief.sha256)
    yield {
      ...place(run, run.value.brief),
      path: "brief",
      expected: `the SHA-256 of ${brief.name}, ${brief.sha256}`,
      got: run.value.brief,
      fix: `take run.json and ${brief.name} from the same task`,
    };
  for (const file of files) {
    if (file.value.run !== run.value.run)
      yield {
        ...place(file, file.value.run),
        path: "run",
        expected: `the run of run.json, ${run.value.run}`,
        got: file.value.run,
        fix: `write run: ${run.value.run}`,
      };
    if (file.value.brief !== undefined && file.value.brief !== brief.sha256)
      yield {
        ...place(file, file.value.brief),
        path: "brief",
        expected: `the SHA-256 of ${brief.name}, ${brief.sha256}`,
        got: file.value.brief,
        fix: `write brief: ${brief.sha256}, or leave the field out of the draft`,
      };
  }
}
