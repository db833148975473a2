export { composeNode, type ComposedNode } from "./node/compose-node.ts";
export { createDirectBus, type DirectBus, type DirectVerb } from "./testing/direct-bus.ts";
export { createDirectClient, type Passage } from "./testing/direct-client.ts";
export { inProcessExecutor, type StageWork } from "./testing/in-process-executor.ts";
export { inProcessChecker, plainExtractor } from "./testing/in-process-intake.ts";
export { startTestRelay, type TestRelay, type TestRelayOptions } from "./testing/start-test-relay.ts";
export { introduceNodes } from "./testing/introduce-nodes.ts";
export { createPolicyState } from "./status/create-policy-state.ts";
export { parseFailpoint } from "./node/failpoint.ts";
