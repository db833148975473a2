export { createChecker, type CheckerOptions } from "./check/create-checker.ts";
export { createExecutor, type ExecutorSurroundings } from "./create-executor.ts";
export { defineExecutor, type WorkContext, type StageWork } from "./define/define-executor.ts";
export { createExtractor, type ExtractorOptions } from "./extract/create-extractor.ts";
