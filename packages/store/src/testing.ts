export { describeStore, type OpenTestStore } from "./testing/describe-store.ts";
