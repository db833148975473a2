// A process that simulates what it is told to, one after the other, and reports each; started by `run-seeds.ts` with `register.ts` preloaded.
import type { SimulationOptions } from "./create-simulation.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** Report of a worker on one simulation. */
export type Report = { readonly pool: number; readonly late: boolean; readonly mix: NonNullable<SimulationOptions["mix"]> } & (
  | { readonly outcome: Outcome }
  | { readonly seed: number; readonly roles: number; readonly crash: string }
);

type Job = Pick<SimulationOptions, "seed" | "roles" | "mix" | "pool" | "late"> & { readonly log?: boolean };

const send = (message: Report): Promise<void> =>
  new Promise((resolve, reject) => process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error))));
const strays: string[] = [];
// In a node's own process this would have ended it.
process.on("unhandledRejection", (error) => strays.push(error instanceof Error ? (error.stack ?? error.message) : String(error)));

async function run({ seed, roles, mix = {}, pool = 1, late = false, log = false }: Job): Promise<Report> {
  // Errors are how a relay under faults goes on; where each came from is most of what it takes, and wanted only by who looks.
  Error.stackTraceLimit = log ? 10 : 0;
  try {
    const outcome = await simulate({ seed, roles, mix, pool, late, ...(log && { onLog: (line) => process.stdout.write(`${line}\n`) }) });
    const unhandled = strays
      .splice(0)
      .map((what) => ({ guarantee: "R10.reopen", what: `an error that nothing handles would end a node: ${what}` }));
    return { pool, late, mix, outcome: { ...outcome, violations: [...outcome.violations, ...unhandled] } };
  } catch (error) {
    return { pool, late, mix, seed, roles, crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("message", (job: Job) => void run(job).then(send));
