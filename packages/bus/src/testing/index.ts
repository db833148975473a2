export { createDirectBus, type DirectBus, type DirectVerb } from "./direct-bus.ts";
export { createDirectClient, type Passage } from "./direct-client.ts";
export { type FakeMachine, startFakeLocalApi } from "./fake-local-api.ts";
export { freePorts } from "./free-ports.ts";
export { openTask, parseTaskRequest } from "../wire/task-request.ts";
