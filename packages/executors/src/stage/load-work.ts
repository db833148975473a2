import type { StageWork } from "../define/define-executor.ts";
import { placeOf } from "./place-of.ts";

/** The `work` of an app's module; a sentence where the module can't be loaded, or exports no such thing. */
export async function loadWork(url: string): Promise<StageWork | string> {
  const name = url.slice(url.lastIndexOf("/") + 1);
  try {
    const { work }: { work?: unknown } = await import(url);
    return isStageWork(work) ? work : `${name} exports no 'work': export const work = defineExecutor(…)`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = error instanceof Error ? placeOf(error) : undefined;
    // Without folders: what is said here leaves the machine.
    const named = reason.replaceAll(/(?:file:\/\/)?\/[^\s'"]*\//g, "");
    return `${name} can't be loaded: ${named}${place === undefined ? "" : ` (${place})`}`;
  }
}

function isStageWork(value: unknown): value is StageWork {
  return typeof value === "object" && value !== null && "role" in value && "perform" in value && typeof value.perform === "function";
}
