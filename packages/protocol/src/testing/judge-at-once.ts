import { judgeFile } from "../kit/judge-file.ts";
import type { Judge } from "../ports/judge.ts";

/** A judge in this thread: each file is read by its contract as soon as its bytes are there. */
export const judgeAtOnce: Judge = {
  judge: async ({ artifact, name, read }) => judgeFile(artifact, { name, bytes: await read() }),
};
