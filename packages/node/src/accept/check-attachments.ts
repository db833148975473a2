import {
  type AnyArtifact,
  artifactOf,
  type Attachment,
  fileNameOf,
  isOptional,
  parseContractRef,
  type Pipeline,
  refOf,
  roleOf,
  type TaskPayload,
  TasukiError,
  type Unmet,
} from "@tasuki/protocol";
import type { BlobRow } from "@tasuki/store";
import { contractOf, contractOfFile, type TakenContract } from "@tasuki/bus";

/**
 * Checks the attachments of a task: their contracts, names, versions and sizes, and that their bytes are here under that contract. Throws
 * `unknown_artifact`, `unknown_version`, `contract_violation`, `too_large`, `digest_mismatch`, or `attachments_missing` with every digest to upload.
 */
export function checkAttachments(
  attachments: readonly Attachment[],
  taken: readonly TakenContract[],
  blobs: ReadonlyMap<string, BlobRow>,
): void {
  for (const attachment of attachments) checkContract(attachment, taken);
  const missing = attachments.filter(({ sha256, contract }) => blobs.get(sha256)?.contracts.includes(contract) !== true);
  if (missing.length > 0) {
    const digests = [...new Set(missing.map(({ sha256 }) => sha256))];
    throw new TasukiError("attachments_missing", `Upload ${missing.map(({ name }) => name).join(", ")} first, then send the task again.`, {
      missing: digests,
    });
  }
  for (const { name, size, sha256 } of attachments) {
    const held = blobs.get(sha256)?.size;
    if (held !== size)
      throw new TasukiError("digest_mismatch", `${name} has ${held} bytes, not ${size}.`, {
        unmet: [{ file: name, path: "size", expected: `${held}`, got: `${size}`, fix: "give the file's size in bytes" }],
      });
  }
}

function checkContract({ name, contract: ref, size }: Attachment, taken: readonly TakenContract[]): void {
  const contract = contractOf(taken, ref);
  if (!contract.isFile(name)) {
    const named = contractOfFile(taken, name);
    throw new TasukiError("contract_violation", `${name} is a file of contract '${named.name}', not of '${contract.name}'.`, {
      unmet: [{ file: name, path: "contract", expected: `${named.name}@${named.version}`, got: ref, fix: "name the contract of the file" }],
    });
  }
  if (size > contract.maxBytes)
    throw new TasukiError("too_large", `${name} has ${size} bytes; ${contract.maxBytes} are taken under its contract.`);
}

/** Checks that a `work` task brings every input that its stage requires. Throws `contract_violation` with each file that is missing. */
export function checkInputs({ attachments, stage }: Pick<TaskPayload, "attachments" | "stage">, pipeline: Pipeline): void {
  const has = ({ name }: AnyArtifact): boolean => attachments.some(({ contract }) => parseContractRef(contract).name === name);
  const unmet = required(pipeline, stage)
    .filter((artifact) => !has(artifact))
    .map((artifact): Unmet => ({
      file: fileNameOf(artifact),
      expected: `an attachment of contract ${refOf(artifact)}`,
      got: "none",
      fix: `attach ${fileNameOf(artifact)}`,
    }));
  if (unmet.length > 0)
    throw new TasukiError("contract_violation", `Stage '${stage}' needs ${unmet.map(({ file }) => file).join(", ")}.`, { unmet });
}

function required(pipeline: Pipeline, stage: string): readonly AnyArtifact[] {
  const slots = roleOf(pipeline, stage)?.consumes ?? [
    ...pipeline.given.filter(({ name }) => name === "run"),
    ...(pipeline.roles.at(-1)?.produces ?? []),
  ];
  return slots
    .filter((slot) => !isOptional(slot))
    .map(artifactOf)
    .filter(({ many }) => !many);
}
