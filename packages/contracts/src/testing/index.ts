export { arbitraryStages } from "./arbitrary-stages.ts";
export { changed, stageOf } from "./change-documents.ts";
export { everyArtifact } from "./every-artifact.ts";
export { exampleRelay } from "./example-relay.ts";
export { exampleRun } from "./example-run.ts";
export { type Stage, toStage } from "./steps/stage.ts";
export { tokens } from "./steps/tokens.ts";
