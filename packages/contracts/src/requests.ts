import type { View } from "@tasuki/protocol";
import { brief } from "./artifacts/brief/brief.ts";
import { documentsOf } from "./artifacts/documents.ts";
import type { Profile } from "./artifacts/run/run.ts";
import { sourceText } from "./artifacts/source-text/source-text.ts";

/** Profiles of a run, in words for people. */
export const profiles: Readonly<Record<Profile, string>> = {
  cited: "every factual sentence has a citation",
  plain: "for a rewrite or a recommendation: a sentence need not have one",
};

/** Intake of a request: the artifact of its brief, that of each source's text, and the view that explains a brief. */
export const intake = { brief, sources: sourceText, explain: "questions" } as const;

/** Views of the shipped artifacts, for operators. */
export const views: Readonly<Record<"questions", View>> = {
  /** Questions that are found in a brief: `[{ id, text }]`. */
  questions: (documents) => documentsOf(documents, "brief").flatMap(({ value }) => value.questions),
};
