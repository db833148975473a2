/** Words for the errors that Node.js names by their code alone. Source: errno(3). */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "no answer in time",
  ENOTFOUND: "the name is not known",
  EACCES: "permission denied",
  ENOENT: "no such file or directory",
};

/**
 * Cause that the system gave for a failure, for people: `permission denied (EACCES)`. It may stand at any depth below the error. The message of the
 * deepest error where the system gave none.
 */
export function systemCause(error: unknown): string {
  const all = chainOf(error);
  const given = all.find(({ code }) => code !== undefined);
  if (given?.code === undefined) return all.at(-1)?.message ?? String(error);
  // Node.js writes `EACCES: permission denied, open '/path'`, `listen EADDRINUSE: address already in use 127.0.0.1:80`, `connect ECONNREFUSED /path`.
  const said = new RegExp(`\\b${given.code}: ([a-z][a-z' -]*[a-z])`).exec(given.message)?.[1] ?? words[given.code];
  return said === undefined ? given.code : `${said} (${given.code})`;
}

/** Code of that cause (errno(3)), such as `EACCES`; undefined where the system gave none. */
export function systemCode(error: unknown): string | undefined {
  return chainOf(error).find(({ code }) => code !== undefined)?.code;
}

function chainOf(error: unknown): readonly { readonly message: string; readonly code: string | undefined }[] {
  if (!(error instanceof Error)) return [];
  const code = "code" in error && typeof error.code === "string" && /^E(?!RR_)[A-Z0-9_]+$/.test(error.code) ? error.code : undefined;
  const below: unknown = error instanceof AggregateError && error.cause === undefined ? error.errors[0] : error.cause;
  return [{ message: error.message, code }, ...chainOf(below)];
}
