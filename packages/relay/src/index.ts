export type { BusHandlers, TaskRequest } from "./bus/bus-handlers.ts";
export type { BusClient } from "./client/bus-client.ts";
export type { Caller, Identity, Peer } from "./identity/identity.ts";
export type { NodeOptions, NodeView, Orchestrator, RunningNode } from "./node/node.ts";
export { NodeConfig } from "./node/node-config.ts";
