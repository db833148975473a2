import { judgeFile, rewriteFile } from "../kit/judge-file.ts";
import type { Judge } from "../ports/judge.ts";
import { parseRunPlan } from "../run/parse-run-file.ts";

/** A judge in this thread: each file is read by its contract as soon as its bytes are there. */
export const judgeAtOnce: Judge = {
  judge: async ({ artifact, name, read }) => judgeFile(artifact, { name, bytes: await read() }),
  plan: async ({ read }) => parseRunPlan(await read()),
  rewrite: async ({ artifact, name, read }, as) => rewriteFile(artifact, { name, bytes: await read() }, as),
};
