export { createChecker, type CheckerOptions } from "./check/create-checker.ts";
export { createJudge, type JudgeOptions } from "./check/create-judge.ts";
export { createExecutor, type ExecutorSurroundings } from "./create-executor.ts";
export { defineExecutor, type StageWork, type WorkContext } from "./define/define-executor.ts";
export { loadPipeline } from "./define/load-pipeline.ts";
export { createExtractor, type ExtractorOptions } from "./extract/create-extractor.ts";
export type { AppWork } from "./stage/execute-stage.ts";
