import { type Clock, type Judge, refOf, TasukiError, type UploadAnswer } from "@tasuki/protocol";
import type { StagedBlob, Store } from "@tasuki/store";
import type { Caller } from "../identity/identity.ts";
import type { Permission } from "../permission/permission.ts";
import type { TakenContract } from "../wire/taken-contracts.ts";

export interface Received {
  readonly staged: StagedBlob;
  readonly contract: TakenContract;
  /** Name of the file: the form's, or the contract's. */
  readonly fileName: string;
  /** Principal of the sender. */
  readonly by: string;
  /** The digest that the sender declared. */
  readonly sha256?: string | undefined;
}

export interface KeepUploadDeps {
  readonly role: string;
  readonly store: Pick<Store, "addBlob">;
  readonly clock: Pick<Clock, "now">;
  readonly judge: Judge;
}

/** Recognises a contract under which a caller may upload at all. */
export function mayUpload(caller: Caller, role: string, contract: TakenContract): boolean {
  return uploadsOf(caller, role, contract).length > 0;
}

/** Gives the size of the largest file that the caller may upload under a contract, bytes. Throws `not_granted`. */
export function uploadLimit(caller: Caller, role: string, contract: TakenContract): number {
  const granted = uploadsOf(caller, role, contract);
  if (granted.length === 0)
    throw new TasukiError("not_granted", `The policy does not let ${caller.principal} upload '${contract.name}' to ${role}.`);
  return Math.min(contract.maxBytes, Math.max(...granted.map((permission) => permission.maxBytes)));
}

/**
 * Publishes staged bytes, after three checks: the declared digest, the artifact's own contract, and permission once more (`identify` is called
 * again). Rejects with `digest_mismatch`, `contract_violation`, `not_granted`; nothing is kept then.
 */
export async function keepUpload(
  { role, store, clock, judge }: KeepUploadDeps,
  received: Received,
  identify: () => Promise<Caller>,
): Promise<{ readonly answer: UploadAnswer; readonly isNew: boolean }> {
  const { staged, contract, fileName, sha256 } = received;
  if (sha256 !== undefined && sha256 !== staged.sha256)
    throw new TasukiError("digest_mismatch", `The bytes have the digest ${staged.sha256}, not the declared one.`, {
      unmet: [{ file: fileName, path: "sha256", expected: sha256, got: staged.sha256, fix: "send the bytes that were hashed, again" }],
    });
  await checkUpload(judge, received);
  // A long upload can outlive the permission that began it.
  if (staged.size > uploadLimit(await identify(), role, contract))
    throw new TasukiError("not_granted", `The policy no longer grants an upload of ${staged.size} bytes under '${contract.name}'.`);
  const { size, bytes } = staged;
  const answer: UploadAnswer = { sha256: staged.sha256, size, contract: `${contract.name}@${contract.version}` };
  await staged.publish();
  const isNew = await store.addBlob({ ...answer, ...(bytes && { bytes }), now: clock.now() });
  return { answer, isNew };
}

function uploadsOf({ permissions }: Caller, role: string, { name }: TakenContract) {
  return permissions.filter(
    (permission): permission is Extract<Permission, { call: "upload" }> =>
      permission.call === "upload" && permission.to === role && permission.contracts.includes(name),
  );
}

/** Checks that uploaded bytes keep their contract. Rejects with `contract_violation`. */
async function checkUpload(judge: Judge, { staged, contract: { artifact }, fileName, by }: Received): Promise<void> {
  if (artifact === undefined) return;
  const unmet = await judge.judge({ artifact, name: fileName, size: staged.size, by, read: () => staged.read() });
  if (unmet.length > 0) throw new TasukiError("contract_violation", `${fileName} breaks its contract, ${refOf(artifact)}.`, { unmet });
}
