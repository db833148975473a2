import { isNoSpace } from "@tasuki/protocol";

// Primary result codes (sqlite.org/rescode.html). The low byte of an extended code is its primary one.
export const sqliteBusy = 5;
const ioError = 10;
const corrupt = 11;
const full = 13;
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
  return hasCode(error, ioError, corrupt, notADatabase);
}
