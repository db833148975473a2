export type { OperatorClient } from "./api/operator-client.ts";
export { startOperatorApi } from "./api/start-operator-api.ts";
