import { TasukiError } from "@tasuki/protocol";

/**
 * The text of a `manifest-sha256.txt`, as `sha256sum -c` reads it (BagIt 1.0, RFC 8493, section 2.1.3): one line per path, sorted by
 * the paths' bytes. An entry that is there twice stands once. Throws `invalid_state` where one path has two digests, or holds a line
 * break or a backslash (which sha256sum writes in another form).
 */
export function toManifest(entries: readonly { readonly path: string; readonly sha256: string }[]): string {
  const digests = new Map<string, string>();
  for (const { path, sha256 } of entries) {
    if (/[\n\r\\]/.test(path)) throw new TasukiError("invalid_state", `A manifest can't hold the path ${JSON.stringify(path)}.`);
    if ((digests.get(path) ?? sha256) !== sha256)
      throw new TasukiError("invalid_state", `A manifest can't hold two files at '${path}'; give one of them another path.`);
    digests.set(path, sha256);
  }
  return [...digests]
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([path, sha256]) => `${sha256}  ${path}\n`)
    .join("");
}
