/** What a log may say of an error: never a TasukiError's details, in which there may be parts of files. */
export function toErrorFields(error: unknown): object | undefined {
  return fieldsOf(error, 0);
}

// Causes may form a ring.
const deepest = 4;

function fieldsOf(error: unknown, depth: number): object | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const cause = depth < deepest ? fieldsOf(error.cause, depth + 1) : undefined;
  return { type: error.name, ...(code !== undefined && { code }), stack: error.stack ?? error.message, ...(cause && { cause }) };
}
