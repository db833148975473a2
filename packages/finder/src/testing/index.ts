export { bestCoverage } from "./best-coverage.ts";
export { type EmbeddedRun, relayInProcess } from "./relay-in-process.ts";
