export type { Orchestrator } from "@tasuki/relay";
