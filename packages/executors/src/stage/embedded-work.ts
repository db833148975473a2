import { jp } from "@tasuki/contracts/roles/jp";
import { nano } from "@tasuki/contracts/roles/nano";
import { sg } from "@tasuki/contracts/roles/sg";
import { defineExecutor, type StageWork } from "../define/define-executor.ts";

// Each role's code is loaded by the child that needs it: ranking with its word lists is most of the start.
const works: Readonly<Record<string, () => Promise<StageWork>>> = {
  nano: async () => defineExecutor(nano, (await import("../embedded/research.ts")).research),
  sg: async () => defineExecutor(sg, (await import("../embedded/review.ts")).review),
  jp: async () => defineExecutor(jp, (await import("../embedded/write.ts")).write),
};

/** The embedded executor's work for a role, if it can do that role. */
export async function embeddedWork(role: string): Promise<StageWork | undefined> {
  return works[role]?.();
}
