export { createBusApp } from "./server/bus-app.ts";
export type { BusHandlers } from "./server/bus-calls.ts";
export type { TaskRequest } from "./wire/task-request.ts";
export { listenBus, listenSocket } from "./server/listen.ts";
export { problemOf, toTrpcShape } from "./server/trpc-problem.ts";
export { openApiDocument } from "./wire/openapi.ts";
export { contractOf, contractOfFile, sourceContract, type TakenContract, takenContracts } from "./wire/taken-contracts.ts";

export type { BusClient } from "./client/bus-client.ts";
export { createBusClient } from "./client/create-bus-client.ts";
export { answerLimits } from "./client/answer-limits.ts";
export { boundAnswers, boundEvents } from "./client/bounded-fetch.ts";
export { createHttpFetch } from "./client/http-fetch.ts";
export { createSocketClient } from "./client/socket-client.ts";
export { toClientError } from "./client/client-error.ts";
export { sizeOfEntry, watchFeed } from "./client/watch-feed.ts";

export { openAccess } from "./access/open-access.ts";
export { type AccessConfig, accessFields, checkAccess } from "./access/access-config.ts";
export { type Caller, type Identity, localCaller } from "./identity/identity.ts";
export { nodesOfRole, roleOfNode, type Roster } from "./identity/roster.ts";
export { createLoopbackIdentity, writeLoopbackIdentities } from "./identity/loopback-identity.ts";
export { createLocalApi } from "./identity/local-api.ts";
export { watchDrift } from "./identity/watch-drift.ts";

export { grantFor, type Want } from "./permission/permission.ts";
export { type Grant, grantsBeyond, parsePolicy, type Policy } from "./permission/policy.ts";
export { People, writePolicy } from "./permission/write-policy.ts";
export { createPolicyState } from "./permission/create-policy-state.ts";
export { explainGrant, type Explanation } from "./permission/explain-grant.ts";
export { checkPolicy, parsePolicyTests } from "./permission/policy-tests.ts";
export { writePolicyTests } from "./permission/write-policy-tests.ts";
