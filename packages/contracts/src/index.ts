export { findText } from "./text/find-text.ts";
export { normaliseSpace, type Range, splitSentences } from "./text/sentences.ts";
export { boilerplate, citationsIn, citeSentences, statementsOf } from "./text/statements.ts";
export { indexText, type TextIndex } from "./text/text-index.ts";
export { createCuts } from "./text/whole-passages.ts";
