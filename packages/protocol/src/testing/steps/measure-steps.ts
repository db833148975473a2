import { Worker } from "node:worker_threads";
import type { Recipe } from "./worst-case.ts";

/** Order to measure the subjects of a module, with the effort of the search. */
export interface Measuring {
  /** URL of the module that exports `subjects`. */
  readonly module: string;
  readonly seed: number;
  /** Recipes that are drawn for each subject. */
  readonly tries: number;
  /** Size of the smallest inputs, by which recipes are compared, bytes. */
  readonly size: number;
  /** Largest number of steps that a byte may take. */
  readonly most: number;
}

/** The worst inputs that were found for a subject. */
export interface Measured {
  readonly name: string;
  readonly recipe: Recipe;
  /** Steps for each byte, at sizes each twice the one before, and then at the subject's largest. */
  readonly perByte: readonly number[];
}

/** Measures every subject of a module, in a thread of its own. */
export async function measureSteps(measuring: Measuring): Promise<readonly Measured[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Measured[]>();
  const worker = new Worker(new URL("measure-worker.ts", import.meta.url), { workerData: measuring });
  worker.once("message", resolve).once("error", reject);
  return promise;
}

/** True where a byte takes more steps at the last size than at any smaller one: twice as many where steps are quadratic. */
export function isGrowing(perByte: readonly number[]): boolean {
  return (perByte.at(-1) ?? 0) > 1.15 * Math.max(1, ...perByte.slice(0, -1));
}

/** Table of what was measured, the most steps first. */
export function toTable(all: readonly Measured[]): string {
  const rows = all.toSorted((one, other) => Math.max(...other.perByte) - Math.max(...one.perByte));
  return rows.map((one) => `${one.name.padEnd(32)} ${one.perByte.map((steps) => steps.toFixed(1).padStart(8)).join("")}`).join("\n");
}
