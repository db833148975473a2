import { defineRole, optional } from "@tasuki/protocol";
import { brief } from "../artifacts/brief/brief.ts";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { collected } from "../artifacts/collected/collected.ts";
import { deRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import { run } from "../artifacts/run/run.ts";
import { sgReview } from "../artifacts/sg-review/sg-review.ts";
import { sourceText } from "../artifacts/source-text/source-text.ts";
import { checkCandidateQuestions } from "../checks/candidate-questions.ts";
import { checkCandidateSources } from "../checks/candidate-sources.ts";
import { collect } from "../checks/collect.ts";
import { checkRawBlocks } from "../checks/raw-blocks.ts";
import { checkSameRun } from "../checks/same-run.ts";
import { checkWholePassages } from "../checks/whole-passages.ts";
import { checkSourceTexts, sourcesById } from "../checks/source-texts.ts";

/** Role that finds passages of the sources that may answer the brief, and quotes them. */
export const nano = defineRole({
  name: "nano",
  port: 18101,
  consumes: [run, brief, sourceText],
  produces: [candidateList, deRawOutput, optional(collected)],
  feedback: [sgReview],
  check(inputs, outputs) {
    const { run, brief } = inputs;
    const list = outputs["candidate-list"];
    const raw = outputs["de-raw-output"];
    const sources = sourcesById(run.value, inputs["source-text"], outputs.collected);
    return collect(
      checkSameRun(run, brief, [list, raw]),
      checkSourceTexts(run, inputs["source-text"]),
      checkCandidateQuestions(list, brief.value),
      checkCandidateSources(list, sources),
      checkRawBlocks(raw, list, sources),
      // A run has version 1 of the brief where a node of it may be of a release that cut sentences.
      ...(run.value.versions[brief.name] === 1 ? [] : [checkWholePassages(raw, sources)]),
    );
  },
});
