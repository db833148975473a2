import { readFile } from "node:fs/promises";
import { decodeMarked, systemCause, TasukiError } from "@tasuki/protocol";

/**
 * Text of a file that this node's operator wrote, in UTF-8 or with the byte order mark of an editor. Rejects with `invalid_state`, which says the
 * cause that the system gave, and `about`: what the file is for.
 */
export async function readOwnText(path: string, about: string): Promise<string> {
  const failed = (why: string, cause: unknown): TasukiError => new TasukiError("invalid_state", `${path} ${why}. ${about}`, { cause });
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw failed(`can't be read: ${systemCause(cause)}`, cause);
  });
  try {
    return decodeMarked(bytes);
  } catch (cause) {
    throw failed("is no text in UTF-8, nor in UTF-16 with its mark: save it as UTF-8", cause);
  }
}
