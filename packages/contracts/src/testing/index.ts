export { arbitraryStages } from "./arbitrary-stages.ts";
export { everyArtifact } from "./every-artifact.ts";
export { exampleRelay } from "./example-relay.ts";
export { exampleRun } from "./example-run.ts";
