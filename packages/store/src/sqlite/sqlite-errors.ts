/** Primary result codes (sqlite.org/rescode.html); extended codes have them in their low byte. */
export const sqliteBusy = 5;
const ioError = 10;
const corrupt = 11;
const full = 13;
const notADatabase = 26;

/** Whether an error is one of SQLite with that primary result code. */
export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" && codes.includes(error.errcode & 0xff);
}

/** No room for what was to be written (SQLITE_FULL, or ENOSPC and its kin from the file system). */
export function isDiskFull(error: unknown): boolean {
  if (hasCode(error, full)) return true;
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** After these nothing that this connection believes can be relied on; a failed fsync is among them (SQLITE_IOERR_FSYNC, 1034). */
export function isBroken(error: unknown): boolean {
  return hasCode(error, ioError, corrupt, notADatabase);
}
