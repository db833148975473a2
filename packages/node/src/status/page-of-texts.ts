import { type ArtifactText, parseContractRef, TasukiError } from "@tasuki/protocol";
import type { AttachmentRow, Store } from "@tasuki/store";
import { sourceContract } from "@tasuki/bus";

/** Bytes of a page, about; it has one text at least. */
const pageBytes = 4 * 1024 * 1024;

const cursorOf = ({ task, direction, name }: AttachmentRow): string => `${task}/${direction}/${name}`;

/** Page of texts, re-hashed as they are read. Raw sources never leave the node this way. Rejects with `malformed_request` for an unknown `after`. */
export async function pageOfTexts(
  files: readonly AttachmentRow[],
  { store, after }: { store: Pick<Store, "blobs" | "blobsOf">; after: string | undefined },
): Promise<{ readonly artifacts: ArtifactText[]; readonly next?: string }> {
  const written = distinct(files).filter(({ contract }) => parseContractRef(contract).name !== sourceContract.name);
  const here = await store.blobsOf(written.map(({ sha256 }) => sha256));
  const texts = written.filter(({ sha256 }) => here.has(sha256));
  const at = after === undefined ? 0 : texts.findIndex((file) => cursorOf(file) === after) + 1;
  if (at === 0 && after !== undefined)
    throw new TasukiError("malformed_request", "'after' is not the 'next' of a page of these artifacts.");
  const artifacts: ArtifactText[] = [];
  let bytes = 0;
  for (const file of texts.slice(at)) {
    if (bytes > 0 && bytes + file.size > pageBytes) break;
    const { name, contract, sha256, size, task, direction } = file;
    artifacts.push({ name, contract, sha256, size, task, direction, text: (await store.blobs.read(sha256)).toString("utf8") });
    bytes += size;
  }
  const end = at + artifacts.length;
  const last = texts[end - 1];
  return { artifacts, ...(end < texts.length && last !== undefined && { next: cursorOf(last) }) };
}

/** Distinct files: several tasks of a run carry a file, which is given once, where it was written or came in first. */
function distinct(files: readonly AttachmentRow[]): AttachmentRow[] {
  return [...new Map(files.toReversed().map((file) => [`${file.name} ${file.sha256}`, file])).values()].toReversed();
}
