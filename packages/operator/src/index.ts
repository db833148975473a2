export { createOperatorClient, type OperatorClient } from "./api/operator-client.ts";
export { type OperatorApiOptions, startOperatorApi } from "./api/start-operator-api.ts";
