import { isNoSpace, TasukiError } from "@tasuki/protocol";

// Primary result codes (sqlite.org/rescode.html). The low byte of an extended code is its primary one.
export const sqliteBusy = 5;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cantOpen = 14;
const notADatabase = 26;

/** Recognises an error of SQLite by its primary result code. */
export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" && codes.includes(error.errcode & 0xff);
}

/** Recognises a disk that has no room for what was to be written: SQLITE_FULL, or ENOSPC and EDQUOT from the file system. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, full) || isNoSpace(error);
}

/** Recognises errors after which this connection can't be relied on any more. A failed fsync is one of them (SQLITE_IOERR_FSYNC, 1034). */
export function isBroken(error: unknown): boolean {
  return hasCode(error, readOnly, ioError, corrupt, cantOpen, notADatabase);
}

/** Failure of a database that can't be relied on any more, with what to do. `path` is its file's. */
export function toFailure(error: unknown, path: string): TasukiError {
  const said = error instanceof Error ? error.message : String(error);
  return new TasukiError("internal", `${path} ${stateOf(error)} (${said}): ${remedyOf(error)}`, { cause: error });
}

function stateOf(error: unknown): string {
  if (hasCode(error, corrupt, notADatabase)) return "is damaged";
  if (hasCode(error, readOnly)) return "can't be written, for it is read-only";
  return "can't be read or written";
}

function remedyOf(error: unknown): string {
  if (hasCode(error, corrupt, notADatabase))
    return "check the disk, then give main its backup back, or a role an empty data folder with its config.jsonc, trust/, keys/ and identity/";
  if (hasCode(error, readOnly)) return "make its disk and its files writable for the node's user, then start the node again";
  return "check the disk, then start the node again";
}
