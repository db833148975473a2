import { defineRun, type ValueOf } from "@tasuki/protocol";
import { z } from "zod";

/** Profile of a run's final text: `cited` asks that every factual sentence is cited; `plain` (a rewrite, a recommendation) does not. */
export const Profile = z.enum(["cited", "plain"]);
export type Profile = z.infer<typeof Profile>;

/** Artifact of this relay's run.json. */
export const run = defineRun(Profile);
export type Run = ValueOf<typeof run>;
