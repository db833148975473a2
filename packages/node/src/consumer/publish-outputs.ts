import { join } from "node:path";
import {
  type AnyRole,
  artifactOf,
  type Attachment,
  type Clock,
  isFileOf,
  isOptional,
  type OutputFile,
  refOf,
  type Unmet,
} from "@tasuki/protocol";
import { carryInto, type SmallBlob, type Store } from "@tasuki/store";
import type { Failure } from "./worker.ts";

export interface PublishDeps {
  readonly store: Store;
  readonly role: AnyRole;
  readonly clock: Clock;
  /** Work folder of the attempt; its outputs are in `out/`. */
  readonly folder: string;
}

/**
 * Publishes the outputs of an execution, if they are exactly those that the role produces; small ones are left for the commit of the result to bring. A
 * file that is not what its digest says rejects with `digest_mismatch`.
 */
export async function publishOutputs(
  { store, role, clock, folder }: PublishDeps,
  files: readonly OutputFile[],
): Promise<{ readonly outputs: readonly Attachment[]; readonly blobs: readonly SmallBlob[] } | { readonly failure: Failure }> {
  const artifacts = role.produces.map(artifactOf);
  const unmet = unmetOf(role, files);
  if (unmet.length > 0)
    return {
      failure: {
        outcome: "contract-violation",
        detail: `the outputs are not those of ${role.name}: ${unmet.map(({ file }) => file).join(", ")}`,
        unmet,
      },
    };
  const outputs: Attachment[] = [];
  const carried = carryInto(store);
  for (const { name, contract, sha256 } of files) {
    const maxBytes = artifacts.find((artifact) => isFileOf(artifact, name))?.maxBytes ?? 0;
    const { size } = await carried.add({ path: join(folder, "out", name) }, { sha256, contract, maxBytes, now: clock.now() });
    outputs.push({ name, contract, size, sha256 });
  }
  return { outputs, blobs: carried.blobs };
}

function unmetOf(role: AnyRole, files: readonly OutputFile[]): Unmet[] {
  const artifacts = role.produces.map(artifactOf);
  const wrong = files.flatMap(({ name, contract }): Unmet[] => {
    const artifact = artifacts.find((one) => isFileOf(one, name));
    if (artifact !== undefined && refOf(artifact) === contract) return [];
    const expected =
      artifact === undefined ? `a file of ${role.name}: ${artifacts.map(({ file }) => file).join(", ")}` : `contract ${refOf(artifact)}`;
    return [{ file: name, expected, got: contract, fix: "let the executor report exactly the files of the role" }];
  });
  const missing = role.produces
    .filter((slot) => !isOptional(slot))
    .map(artifactOf)
    .filter((artifact) => !artifact.many && !files.some(({ name }) => isFileOf(artifact, name)))
    .map(({ file }): Unmet => ({ file, expected: `the file ${file}`, got: "no such file", fix: `write ${file} to out/` }));
  return [...wrong, ...missing];
}
