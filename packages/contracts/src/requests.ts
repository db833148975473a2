import type { View } from "@tasuki/protocol";
import { brief, findQuestions, splitList } from "./artifacts/brief/brief.ts";
import { documentsOf } from "./artifacts/documents.ts";
import type { Profile } from "./artifacts/run/run.ts";
import { sourceText } from "./artifacts/source-text/source-text.ts";

/** Profiles of a run, in words for people. */
export const profiles: Readonly<Record<Profile, string>> = {
  cited: "every factual sentence has a citation",
  plain: "for a rewrite or a recommendation: a sentence need not have one",
};

/** Intake of a request: the artifact of its brief, that of each source's text, the view that explains a brief, and the profile of one that asks nothing. */
export const intake = {
  brief,
  sources: sourceText,
  explain: "reading",
  profile: (text: string) => (findQuestions(splitList(text).text).questions.length === 0 ? "plain" : undefined),
} as const;

// Limit of what a view says of a brief that is not taken for a question.
const mostOthers = 50;

/** Views of the shipped artifacts, for operators. */
export const views: Readonly<Record<"questions" | "reading", View>> = {
  /** Questions that are found in a brief: `[{ id, text }]`. */
  questions: (documents) => documentsOf(documents, "brief").flatMap(({ value }) => value.questions),
  /** Reading of a brief: `[{ as, text }]`, the questions by their ids, then what is taken for none; or that it asks nothing. */
  reading: (documents) =>
    documentsOf(documents, "brief").flatMap(({ value }) => {
      const { questions, others } = findQuestions(value.text);
      const asked = value.questions.map(({ id, text }) => ({ as: id, text }));
      const rest = others.slice(0, mostOthers).map((text) => ({ as: "not a question", text }));
      return questions.length > 0
        ? [...asked, ...rest]
        : [{ as: "no question was found", text: "the brief is done as a whole, with the profile plain unless another is named" }];
    }),
};
