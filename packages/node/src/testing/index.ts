export { inProcessExecutor, type StageWork } from "./in-process-executor.ts";
export { inProcessChecker, plainExtractor } from "./in-process-intake.ts";
export { introduceNodes } from "./introduce-nodes.ts";
export { startTestRelay, type TestRelay } from "./start-test-relay.ts";
