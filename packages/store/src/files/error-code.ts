/** Recognises a system error by its code: `hasErrorCode(error, "ENOENT")`. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

/** Recognises a file system that has no room for what was to be written. */
export function isNoSpace(error: unknown): boolean {
  return hasErrorCode(error, "ENOSPC", "EDQUOT");
}
