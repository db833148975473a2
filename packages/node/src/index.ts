export type { NodeView, NudgeAnswer, Orchestrator } from "./orchestrator/orchestrator.ts";
export { type ComposedNode, composeNode } from "./process/compose-node.ts";
export { parseFailpoint } from "./process/failpoint.ts";
export { NodeConfig, readNodeConfig, withAddresses } from "./process/node-config.ts";
export { type NodeEnvironment, parseNodeEnvironment } from "./process/node-environment.ts";
export type { RunningNode } from "./process/node.ts";
export { nodeFlags, serveNode } from "./process/serve-node.ts";
export { startNode } from "./process/start-node.ts";
export { systemClock } from "./process/system-clock.ts";
