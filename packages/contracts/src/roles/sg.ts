import { defineRole, optional } from "@tasuki/protocol";
import { brief } from "../artifacts/brief/brief.ts";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { collected } from "../artifacts/collected/collected.ts";
import { deRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import { jpFinal } from "../artifacts/jp-final/jp-final.ts";
import { run } from "../artifacts/run/run.ts";
import { sgReview } from "../artifacts/sg-review/sg-review.ts";
import { sourceText } from "../artifacts/source-text/source-text.ts";
import { collect } from "../checks/collect.ts";
import { checkDecision } from "../checks/decision.ts";
import { checkGaps } from "../checks/gaps.ts";
import { checkInputsRead } from "../checks/inputs-read.ts";
import { checkContradictions, checkOutline } from "../checks/outline.ts";
import { checkSameRun } from "../checks/same-run.ts";
import { checkVerdicts } from "../checks/verdicts.ts";

/** Role that judges every candidate, and settles which items the final text may use for which question. */
export const sg = defineRole({
  name: "sg",
  port: 18102,
  consumes: [run, brief, sourceText, candidateList, deRawOutput, optional(collected)],
  produces: [sgReview],
  feedback: [jpFinal],
  check(inputs, outputs) {
    const { run, brief, collected } = inputs;
    const list = inputs["candidate-list"];
    const raw = inputs["de-raw-output"];
    const review = outputs["sg-review"];
    return collect(
      checkSameRun(run, brief, [list, raw, review]),
      checkInputsRead(review, { handedOn: [list, raw, ...collected], given: [run, brief, ...inputs["source-text"]] }),
      checkDecision(review, "rework"),
      checkVerdicts(review, list),
      checkOutline(review, brief.value),
      checkContradictions(review, list),
      checkGaps(review, review.value.gaps, { brief: brief.value, run: run.value }),
    );
  },
});
