export type { Executor } from "@tasuki/contracts";
