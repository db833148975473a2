export { anyCharacter, arbitraryText, line, text } from "./arbitrary-text.ts";
export { arbitraryValue } from "./arbitrary-value.ts";
export { documentOf } from "./document-of.ts";
export { judgeAtOnce } from "./judge-at-once.ts";
export { type Listings, watchListings } from "./watch-listings.ts";
export { openToOthers } from "./open-to-others.ts";
export { isGrowing, type Measured, measureSteps, toTable } from "./steps/measure-steps.ts";
export { type Fill, flood, once, type Recipe, type Subject } from "./steps/worst-case.ts";
