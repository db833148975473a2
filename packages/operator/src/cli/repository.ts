import { join } from "node:path";

/** The root of this repository: `apps/`, and the documents of installed dependencies, are found below it. */
export const repository = join(import.meta.dirname, "../../../..");
