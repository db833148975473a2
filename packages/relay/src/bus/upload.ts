import type { Clock, Pipeline, UploadAnswer } from "@tasuki/contracts";
import { TasukiError } from "@tasuki/contracts";
import type { StagedBlob, Store } from "@tasuki/store";
import type { Request, Response } from "express";
import type { Caller } from "../identity/identity.ts";
import { UploadQuery } from "../operations.ts";
import type { Permission } from "../permission/permission.ts";
import { continueBody } from "./admission.ts";
import { checkUpload } from "./check-upload.ts";
import { toInputError } from "./input-error.ts";
import { formOverhead, receiveForm } from "./receive-form.ts";
import { contractOf, contractOfFile, type TakenContract, takenContracts } from "./taken-contracts.ts";

export interface UploadDeps {
  readonly role: string;
  readonly pipeline: Pipeline;
  readonly store: Pick<Store, "blobs" | "addBlob">;
  readonly identify: (req: Request) => Promise<Caller>;
  readonly clock: Clock;
}

interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly caller: Caller;
}

interface Received {
  readonly staged: StagedBlob;
  readonly contract: TakenContract;
  /** As the form names it, or as the contract does. */
  readonly fileName: string;
}

/**
 * `POST /upload`. Contract and size are judged before the body is read; the bytes go to a temporary file while they are hashed; an
 * artifact is parsed there; who is calling is asked again before they become visible. Whatever is refused leaves nothing.
 */
export function createUpload({ role, pipeline, store, identify, clock }: UploadDeps) {
  const taken = takenContracts(pipeline, role);

  /** The largest file that the caller may upload under a contract. Throws `not_granted`. */
  const limitFor = (caller: Caller, contract: TakenContract): number => {
    const granted = uploadsOf(caller, role, contract);
    if (granted.length === 0)
      throw new TasukiError("not_granted", `The policy does not let ${caller.principal} upload '${contract.name}' to ${role}.`);
    return Math.min(contract.maxBytes, Math.max(...granted.map((permission) => permission.maxBytes)));
  };

  const receiveRaw = async ({ req, res, caller }: Exchange, contract: TakenContract): Promise<Received> => {
    const maxBytes = limitFor(caller, contract);
    checkLength(req, maxBytes);
    continueBody(req, res);
    // The iterator must not destroy the request on the way out: its socket still has the answer to carry.
    const bytes = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // no encoding is set on a request
    return { staged: await store.blobs.stage(bytes, { maxBytes }), contract, fileName: contract.artifact?.file ?? contract.name };
  };

  const receiveOneFile = async ({ req, res, caller }: Exchange, declared: TakenContract | undefined): Promise<Received> => {
    const allowed = declared === undefined ? taken.filter((one) => uploadsOf(caller, role, one).length > 0) : [declared];
    const maxBytes = Math.max(0, ...allowed.map((contract) => limitFor(caller, contract)));
    checkLength(req, maxBytes + formOverhead);
    continueBody(req, res);
    const { staged, named } = await receiveForm(req, res, {
      maxBytes,
      open: (fileName, bytes) => {
        const contract = declared ?? contractOfFile(taken, fileName);
        const limit = limitFor(caller, contract);
        return { named: { contract, fileName }, staging: store.blobs.stage(bytes, { maxBytes: limit }) };
      },
    });
    return { staged, ...named };
  };

  return async (exchange: Exchange): Promise<void> => {
    const { req, res, caller } = exchange;
    const query = UploadQuery.safeParse(req.query);
    if (!query.success) throw toInputError("malformed_request", "query", query.error);
    const { contract: ref, sha256 } = query.data;
    const declared = ref === undefined ? undefined : contractOf(taken, ref);
    if (declared !== undefined) limitFor(caller, declared);
    const isForm = req.is("multipart/form-data") !== false;
    if (!isForm && declared === undefined)
      throw new TasukiError(
        "malformed_request",
        "Name the contract of the bytes: POST /upload?contract=NAME. Only a form may leave it out.",
      );

    const received = declared === undefined || isForm ? await receiveOneFile(exchange, declared) : await receiveRaw(exchange, declared);
    await using staged = received.staged;
    const { contract, fileName } = received;
    if (sha256 !== undefined && sha256 !== staged.sha256)
      throw new TasukiError("digest_mismatch", `The bytes have the digest ${staged.sha256}, not the declared one.`, {
        unmet: [{ file: fileName, path: "sha256", expected: sha256, got: staged.sha256, fix: "send the bytes that were hashed, again" }],
      });
    if (contract.artifact !== undefined) checkUpload(contract.artifact, fileName, await staged.read());
    // A long upload can outlive the permission that began it.
    if (staged.size > limitFor(await identify(req), contract))
      throw new TasukiError("not_granted", `The policy no longer grants an upload of ${staged.size} bytes under '${contract.name}'.`);
    const isNew = await staged.publish();
    const answer: UploadAnswer = { sha256: staged.sha256, size: staged.size, contract: `${contract.name}@${contract.version}` };
    await store.addBlob({ ...answer, now: clock.now() });
    res.status(isNew ? 201 : 200).json(answer);
  };
}

function uploadsOf({ permissions }: Caller, role: string, { name }: TakenContract) {
  return permissions.filter(
    (permission): permission is Extract<Permission, { call: "upload" }> =>
      permission.call === "upload" && permission.to === role && permission.contracts.includes(name),
  );
}

function checkLength(req: Request, maxBytes: number): void {
  const length = req.headers["content-length"];
  if (length === undefined) throw new TasukiError("length_required", "An upload must say its Content-Length.");
  if (Number(length) > maxBytes)
    throw new TasukiError("too_large", `The upload has ${length} bytes; ${maxBytes} are taken under its contract.`);
}
