import { z } from "zod";
import { type Run, run } from "./artifacts/run.ts";
import type { Versions } from "./at-versions.ts";
import { ContractRef, parseContractRef } from "./identifiers.ts";
import { TasukiError } from "./problem.ts";
import type { StageFile } from "./stage-files.ts";

const Said = z.looseObject({ contract: ContractRef });
const Pinned = z.looseObject({ versions: z.record(z.string(), z.int().positive()) });

/** A run.json in the version that it says it is of. Throws `unknown_version`, `contract_violation`. */
export function parseRunFile(text: string): Run {
  const version = versionOf(text);
  const artifact = run.at(version);
  if (artifact === undefined)
    throw new TasukiError("unknown_version", `run.json is of version ${version}, which this release does not read: upgrade this node.`);
  const parsed = artifact.parse(text);
  if (!parsed.ok) throw new TasukiError("contract_violation", "run.json breaks its contract.", { unmet: parsed.unmet });
  return parsed.value;
}

/**
 * The versions that a run.json pins, whatever else is wrong with it; none where it says nothing that can be read. For whoever is about
 * to read the file by its contract, and must first know by which.
 */
export function versionsIn(text: string): Versions {
  const pinned = Pinned.safeParse(toJson(text));
  return pinned.success ? { ...pinned.data.versions, run: versionOf(text) } : {};
}

/** The versions that the run.json among a stage's files pins: every file of a run is in the version that it pins. */
export function versionsOf(files: readonly StageFile[]): Versions {
  const found = files.find(({ name }) => name === run.file);
  return found === undefined ? {} : versionsIn(Buffer.from(found.bytes).toString("utf8"));
}

function versionOf(text: string): number {
  const said = Said.safeParse(toJson(text));
  return said.success ? parseContractRef(said.data.contract).version : run.version;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever reads it by its contract says what is wrong
  }
}
