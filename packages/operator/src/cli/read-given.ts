import { readFile } from "node:fs/promises";
import { decodeMarked, systemCause, TasukiError } from "@tasuki/protocol";

/** Text of a file that the user named. Rejects with `not_found`, which says the cause, and `malformed_request`. */
export async function readGivenText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new TasukiError("not_found", `The file ${path} can't be read: ${systemCause(cause)}.`, { cause });
  });
  return toText(bytes, path);
}

/** Text that a person wrote, in UTF-8 or with the byte order mark of an editor. `place` names it: a path. Throws `malformed_request`. */
export function toText(bytes: Uint8Array, place: string): string {
  try {
    return decodeMarked(bytes);
  } catch (cause) {
    throw new TasukiError("malformed_request", `${place} is no text in UTF-8, nor in UTF-16 with its mark: save it as UTF-8.`, { cause });
  }
}
