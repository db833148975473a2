import { type Clock, type Judge, type Pipeline, TasukiError, toInputError } from "@tasuki/protocol";
import type { DiskFloor, Store } from "@tasuki/store";
import type { Request, Response } from "express";
import type { Caller } from "../identity/identity.ts";
import { UploadQuery } from "../wire/operations.ts";
import { contractOf, contractOfFile, type TakenContract, takenContracts } from "../wire/taken-contracts.ts";
import { keepUpload, mayUpload, type Received, uploadLimit } from "./keep-upload.ts";
import { toJson } from "./to-json.ts";
import { continueBody } from "./request-body.ts";

export interface UploadDeps {
  readonly role: string;
  readonly pipeline: Pipeline;
  readonly store: Pick<Store, "blobs" | "addBlob">;
  readonly identify: (req: Request) => Promise<Caller>;
  readonly clock: Clock;
  readonly diskFloor: DiskFloor;
  readonly judge: Judge;
}

interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly caller: Caller;
}

/**
 * Creates `POST /upload`. Contract and size are judged before the body is read; the bytes go to a temporary file while they are hashed; an
 * artifact is judged there; and the caller is identified once more before the bytes are published. A refused upload leaves nothing.
 */
export function createUpload({ role, pipeline, store, identify, clock, diskFloor, judge }: UploadDeps) {
  const taken = takenContracts(pipeline, role);

  const limitFor = (caller: Caller, contract: TakenContract): number => uploadLimit(caller, role, contract);

  const receiveRaw = async ({ req, res, caller }: Exchange, contract: TakenContract): Promise<Received> => {
    const maxBytes = limitFor(caller, contract);
    checkLength(req, maxBytes);
    continueBody(req, res);
    // The iterator must not destroy the request when it is left: its socket still has the answer to carry.
    const bytes = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // no encoding is set on a request
    return { staged: await store.blobs.stage(bytes, { maxBytes }), contract, fileName: nameUnder(contract), by: caller.principal };
  };

  const receiveOneFile = async ({ req, res, caller }: Exchange, declared: TakenContract | undefined): Promise<Received> => {
    // `receive-form.ts` is imported at the first form: it brings a large library (multer), and forms are rare.
    const { formOverhead, receiveForm } = await import("./receive-form.ts");
    const allowed = declared === undefined ? taken.filter((one) => mayUpload(caller, role, one)) : [declared];
    const maxBytes = Math.max(0, ...allowed.map((contract) => limitFor(caller, contract)));
    checkLength(req, maxBytes + formOverhead);
    continueBody(req, res);
    const { staged, named } = await receiveForm(req, res, {
      maxBytes,
      open: (fileName, bytes) => {
        const contract = declared ?? contractOfFile(taken, fileName);
        const limit = limitFor(caller, contract);
        // A declared contract makes the form's file name void: that name is neither judged nor repeated in an answer.
        return {
          named: { contract, fileName: declared === undefined ? fileName : nameUnder(declared) },
          staging: store.blobs.stage(bytes, { maxBytes: limit }),
        };
      },
    });
    return { staged, ...named, by: caller.principal };
  };

  return async (exchange: Exchange): Promise<void> => {
    const { req, res, caller } = exchange;
    const query = UploadQuery.safeParse(req.query);
    if (!query.success) throw toInputError("malformed_request", { place: "query", error: query.error, value: req.query });
    const { contract: ref, sha256 } = query.data;
    const declared = ref === undefined ? undefined : contractOf(taken, ref);
    if (declared !== undefined) limitFor(caller, declared);
    const isForm = req.is("multipart/form-data") !== false;
    if (!isForm && declared === undefined)
      throw new TasukiError(
        "malformed_request",
        "Name the contract of the bytes: POST /upload?contract=NAME. Only a form may leave it out.",
      );

    const most = Math.max(0, ...(declared === undefined ? taken : [declared]).map(({ maxBytes }) => maxBytes));
    const length = Number(req.headers["content-length"] ?? 0);
    using _ = await diskFloor.reserve(length < most ? length : most);
    const received = declared === undefined || isForm ? await receiveOneFile(exchange, declared) : await receiveRaw(exchange, declared);
    await using kept = new AsyncDisposableStack();
    kept.use(received.staged);
    const { answer, isNew } = await keepUpload({ role, store, clock, judge }, { ...received, sha256 }, () => identify(req));
    res
      .status(isNew ? 201 : 200)
      .type("json")
      .send(toJson(answer));
  };
}

function nameUnder({ artifact, name }: TakenContract): string {
  return artifact?.file ?? name;
}

function checkLength(req: Request, maxBytes: number): void {
  const length = req.headers["content-length"];
  if (length === undefined) throw new TasukiError("length_required", "An upload must say its Content-Length.");
  if (Number(length) > maxBytes)
    throw new TasukiError("too_large", `The upload has ${length} bytes; ${maxBytes} are taken under its contract.`);
}
