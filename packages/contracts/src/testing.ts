export { arbitraryValueOf } from "./testing/arbitraries.ts";
export { arbitraryStages } from "./testing/arbitrary-stages.ts";
export { documentOf } from "./testing/document-of.ts";
export { everyArtifact } from "./testing/every-artifact.ts";
export { exampleRelay } from "./testing/example-relay.ts";
export { exampleRun } from "./testing/example-run.ts";
