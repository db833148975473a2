/** How an author writes each artifact as a draft, by the artifact's name. */
export const draftHelp: Readonly<Record<string, string>> = {};
