import { brief } from "../artifacts/brief.ts";
import { candidateList } from "../artifacts/candidate-list.ts";
import { deRawOutput } from "../artifacts/de-raw-output.ts";
import { jpFinal } from "../artifacts/jp-final.ts";
import { run } from "../artifacts/run.ts";
import { sgReview } from "../artifacts/sg-review.ts";
import { checkAcceptance } from "../checks/acceptance.ts";
import { checkAnsweredQuestions } from "../checks/answered-questions.ts";
import { checkCitedSentences } from "../checks/cited-sentences.ts";
import { collect } from "../checks/collect.ts";
import { checkDecision } from "../checks/decision.ts";
import { checkGaps, checkUnreadableDeclared } from "../checks/gaps.ts";
import { checkInputsRead } from "../checks/inputs-read.ts";
import { passagesOf } from "../checks/item-passages.ts";
import { checkQuotations } from "../checks/quotations.ts";
import { checkReferences } from "../checks/references.ts";
import { checkSameRun } from "../checks/same-run.ts";
import { checkVerbatimStatements } from "../checks/verbatim-statements.ts";
import { defineRole } from "../define-role.ts";

/** Writes the final text from what was accepted, cites it, and says what could not be answered. */
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
    const passages = passagesOf(raw.value, review.value);
    // A text that goes back is not finished: what it says must be right, but it need not say everything.
    const finished =
      decision === "accepted"
        ? [
            checkAnsweredQuestions(final, brief.value),
            checkUnreadableDeclared(final, acceptance.gaps, run.value),
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
      ...(producer?.startsWith("embedded/") ? [checkVerbatimStatements(final, passages)] : []),
      checkGaps(final, acceptance.gaps, { brief: brief.value, run: run.value }),
    );
  },
});
