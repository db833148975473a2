export { type Range, splitSentences } from "./text/sentences.ts";
export { boilerplate, citationsIn, citeSentences, statementsOf } from "./text/statements.ts";
