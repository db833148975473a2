export { doStage, openStageFolder, type StageFolder, testContext } from "./stage-fixture.ts";
export { type TriedWork, tryWork } from "./try-work.ts";
export { extractSource } from "../extract/extract-source.ts";
