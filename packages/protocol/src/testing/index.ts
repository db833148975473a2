export { anyCharacter, arbitraryText, line, text } from "./arbitrary-text.ts";
export { arbitraryValue } from "./arbitrary-value.ts";
export { documentOf } from "./document-of.ts";
export { type Listings, watchListings } from "./watch-listings.ts";
export { openToOthers } from "./open-to-others.ts";
