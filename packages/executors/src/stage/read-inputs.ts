import { type AnyRole, type Documents, type Parsed, readDocuments, sha256Of, type Unmet } from "@tasuki/contracts";
import { readFolder } from "./read-folder.ts";

export interface InputsOfRole {
  readonly role: AnyRole;
  /** SHA-256 by name of what was there at first; a difference is reported. */
  readonly given?: Readonly<Record<string, string>> | undefined;
}

/** What a role consumes of `in/`, read by its contracts. What only later roles consume is passed over. */
export async function readInputs(folder: string, { role, given = {} }: InputsOfRole): Promise<Parsed<Documents>> {
  const { files, unmet } = await readFolder(folder, role.consumes);
  const now = new Map(files.map(({ name, bytes }) => [name, sha256Of(bytes)]));
  const changed = Object.entries(given).flatMap(([name, sha256]) => (now.get(name) === sha256 ? [] : [changedInput(name)]));
  if (changed.length > 0 || unmet.length > 0) return { ok: false, unmet: [...unmet, ...changed] };
  return readDocuments(role.consumes, files);
}

function changedInput(file: string): Unmet {
  return { file, expected: "the input as it was given", got: "other bytes", fix: "leave in/ as it is; write to out/ only" };
}
