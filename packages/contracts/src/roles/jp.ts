import { defineRole } from "@tasuki/protocol";
import { brief } from "../artifacts/brief/brief.ts";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { deRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import { jpFinal } from "../artifacts/jp-final/jp-final.ts";
import { run } from "../artifacts/run/run.ts";
import { sgReview } from "../artifacts/sg-review/sg-review.ts";
import { checkAnsweredQuestions } from "../checks/answered-questions.ts";
import { checkCitedSentences, checkReferences, checkSourceNames } from "../checks/citations.ts";
import { collect } from "../checks/collect.ts";
import { checkAcceptance, checkDecision } from "../checks/decision.ts";
import { checkGaps, checkSourcesDeclared } from "../checks/gaps.ts";
import { checkInputsRead } from "../checks/inputs-read.ts";
import { checkOmissions } from "../checks/omissions.ts";
import { checkQuotations, checkVerbatimStatements, passagesOf } from "../checks/quotations.ts";
import { checkSameRun } from "../checks/same-run.ts";

/** Role that writes the final text from accepted items, cites them, and declares the questions that could not be answered. */
export const jp = defineRole({
  name: "jp",
  port: 18103,
  consumes: [run, brief, candidateList, deRawOutput, sgReview],
  produces: [jpFinal],
  check(inputs, outputs, { producer }) {
    const { run, brief } = inputs;
    const list = inputs["candidate-list"];
    const raw = inputs["de-raw-output"];
    const review = inputs["sg-review"];
    const final = outputs["jp-final"];
    const { acceptance, decision, profile } = final.value;
    const passages = passagesOf(final, raw, review.value);
    // The first version has fewer checks: an older jp keeps no more than those that it was released with.
    const isFirst = run.value.versions[jpFinal.name] === 1;
    // A text that goes back is not finished: its statements must be right, but it need not answer every question.
    const finished =
      decision === "accepted"
        ? [
            checkAnsweredQuestions(final, brief.value),
            checkSourcesDeclared(final, acceptance.gaps, { run: run.value, inPart: !isFirst }),
            ...(profile === "cited" ? [checkCitedSentences(final)] : []),
          ]
        : [];
    return collect(
      checkSameRun(run, brief, [list, raw, review, final]),
      checkInputsRead(final, { handedOn: [list, raw, review], given: [run, brief] }),
      checkAcceptance(final, run.value),
      checkDecision(final, "returned"),
      checkReferences(final, raw, review),
      ...finished,
      checkQuotations(final, passages, brief.value),
      ...(isFirst ? [] : [checkOmissions(final, passages), checkSourceNames(final, run.value, list.value)]),
      ...(producer?.startsWith("embedded/") ? [checkVerbatimStatements(final, passages)] : []),
      checkGaps(final, acceptance.gaps, { brief: brief.value, run: run.value }),
    );
  },
});
