import { z } from "zod";
import type { Versions } from "../kit/at-versions.ts";
import type { StageFile } from "../kit/read-text.ts";
import { ContractRef, parseContractRef } from "../messages/identifiers.ts";
import { TasukiError } from "../messages/problem.ts";
import { type Clocks, clipClocks, withClocks } from "../messages/clocks.ts";
import { anyRun, type Run } from "./run.ts";

const Said = z.looseObject({ contract: ContractRef });
const Pinned = z.looseObject({ versions: z.record(z.string(), z.int().positive()) });

/** Plan of a run, as far as a node needs it to work: a run.json without the list of its sources, which is nearly all of it. */
export type RunPlan = Pick<Run, "run" | "route" | "versions" | "clocks">;

/** Plan of a run.json. Throws as `parseRunFile` does. */
export function parseRunPlan(bytes: Uint8Array): RunPlan {
  const { run, route, versions, clocks } = parseRunFile(Buffer.from(bytes).toString("utf8"));
  return { run, route, versions, clocks };
}

/** Parses a run.json by the version that it names. Throws `unknown_version`, `contract_violation`. */
export function parseRunFile(text: string): Run {
  const version = versionOf(text);
  const artifact = anyRun.at(version);
  if (artifact === undefined)
    throw new TasukiError("unknown_version", `run.json is of version ${version}, which this release does not read: upgrade this node.`);
  const parsed = artifact.read(text);
  if (!parsed.ok) throw new TasukiError("contract_violation", "run.json breaks its contract.", { unmet: parsed.unmet });
  return parsed.value;
}

/**
 * The versions that a run.json pins, whatever else is wrong with it; none where it can't be read at all. A caller asks for them before it
 * reads the file by its contract, whose version they tell.
 */
export function versionsIn(text: string): Versions {
  const pinned = Pinned.safeParse(toJson(text));
  return pinned.success ? { ...pinned.data.versions, run: versionOf(text) } : {};
}

/** The versions that the run.json among a stage's files pins. Every file of a run is in the version that its run.json pins. */
export function versionsOf(files: readonly StageFile[]): Versions {
  const found = files.find(({ name }) => name === anyRun.file);
  return found === undefined ? {} : versionsIn(Buffer.from(found.bytes).toString("utf8"));
}

function versionOf(text: string): number {
  const said = Said.safeParse(toJson(text));
  return said.success ? parseContractRef(said.data.contract).version : anyRun.version;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the contract says what is wrong, when the file is read by it
  }
}

/** Clocks of a stage of a run, none longer than any may be asked to run: those of the run, with its role's own in their place. */
export function clocksOfStage({ clocks, route }: Pick<Run, "clocks" | "route">, stage: string): Clocks {
  return clipClocks(withClocks(clocks, route.find(({ role }) => role === stage)?.clocks));
}

/** The role that a stage's result goes to; undefined where the stage is not in the route (the last hop, to main). */
export function nextInRoute({ route }: Pick<Run, "route">, stage: string): string | undefined {
  const at = route.findIndex(({ role }) => role === stage);
  return at < 0 ? undefined : (route[at + 1]?.role ?? "main");
}
