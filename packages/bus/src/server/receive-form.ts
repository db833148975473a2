import type { Readable } from "node:stream";
import { callbackify } from "node:util";
import { isTasukiError, TasukiError } from "@tasuki/protocol";
import type { StagedBlob } from "@tasuki/store";
import type { Request, Response } from "express";
import multer from "multer";

/** Bytes that a form adds to its file: boundaries and part headers. */
export const formOverhead = 16_384;

export interface ReceivedFile<Named> {
  readonly staged: StagedBlob;
  /** Result of `open` for the part's file name. */
  readonly named: Named;
}

/**
 * Reads a form with exactly one file into a staged blob. `open` judges the file's name, exactly as sent, before a byte of the file
 * is read. Rejects with `malformed_request`, `too_large` and the errors of `open`; nothing is kept then.
 */
export async function receiveForm<Named>(
  req: Request,
  res: Response,
  { maxBytes, open }: { maxBytes: number; open: (fileName: string, bytes: Readable) => { named: Named; staging: Promise<StagedBlob> } },
): Promise<ReceivedFile<Named>> {
  let opened: { named: Named; staging: Promise<StagedBlob> } | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const storage: multer.StorageEngine = {
        _handleFile(_req, file, callback) {
          try {
            const { named, staging } = open(file.originalname, file.stream);
            opened = { named, staging };
            callbackify(async () => ({ size: (await staging).size }))(callback);
          } catch (error) {
            // The promise is rejected before multer is told, which would read the rest of the body first.
            reject(error);
            callback(error);
          }
        },
        // `_removeFile` removes nothing: the `catch` below disposes of the staged file.
        _removeFile: (_req, _file, callback) => callback(null),
      };
      const form = multer({
        storage,
        limits: {
          files: 1,
          fields: 0,
          parts: 1,
          fileSize: maxBytes,
          fieldSize: 4096,
          fieldNameSize: 64,
          headerPairs: 32,
          fieldNestingDepth: 0,
          fieldArrayIndexLimit: 0,
        },
        // `defParamCharset` is latin1 by default, which garbles names.
        defParamCharset: "utf8",
        // `preservePath` keeps busboy from cutting `../../a.md` down to `a.md`, so that `open` judges the name as sent.
        preservePath: true,
      });
      form.any()(req, res, (error: unknown) => (error === undefined || error === null ? resolve() : reject(error)));
    });
    if (opened === undefined) throw new TasukiError("malformed_request", "The form has no file. Send exactly one part with a file name.");
    return { named: opened.named, staged: await opened.staging };
  } catch (error) {
    const failure: unknown = await opened?.staging.then(
      (staged) => staged[Symbol.asyncDispose](),
      (reason: unknown) => reason,
    );
    // `failure` comes first: a staging that fails ends the file's stream, and multer may report that end alone (AbortError).
    throw toFormError(isTasukiError(failure) ? failure : error, maxBytes);
  }
}

function toFormError(error: unknown, maxBytes: number): unknown {
  if (isTasukiError(error)) return error;
  if (error instanceof multer.MulterError) {
    if (error.code === "LIMIT_FILE_SIZE")
      return new TasukiError("too_large", `The file has more than ${maxBytes} bytes.`, { cause: error });
    const detail = `The form must have exactly one part, the file; contract and sha256 stand in the query (${error.message}).`;
    return new TasukiError("malformed_request", detail, { cause: error });
  }
  // An error with a code comes from the system (a full disk, a lost connection); the form parser's errors have none.
  if (error instanceof Error && !("code" in error))
    return new TasukiError("malformed_request", `The form can't be read: ${error.message}.`, { cause: error });
  return error;
}
