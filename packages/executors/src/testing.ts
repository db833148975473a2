export { bestCoverage } from "./embedded/best-coverage.ts";
export { type EmbeddedRun, runInProcess } from "./embedded/run-in-process.ts";
export { type TriedWork, tryWork } from "./stage/try-work.ts";
