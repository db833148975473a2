import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256Of } from "@tasuki/protocol";
import { payloadDigest, payloadOf, toManifest } from "@tasuki/evidence";
import { type DiskFloor, makeOwnFolder, type Store, type TaskFacts } from "@tasuki/store";
import { isLinkOf, placeBlob, placeBytes, placeWhole } from "./place.ts";
import { type ArchivedFile, bundleOf, filesOf, inputsOf, parseManifest, workOf } from "./run-files.ts";
import { toSummary } from "./to-summary.ts";

/** Name of the summary. It is written last, so an archive that has it is whole. */
export const summaryName = "SUMMARY.md";
/** Name of the file with every signed message about the run: an envelope in each line, oldest first. */
const evidenceName = "evidence.jsonl";

interface ArchiveDeps {
  /** Data folder of the node. */
  readonly folder: string;
  readonly store: Store;
  readonly diskFloor: DiskFloor;
}

/**
 * Writes `archive/<run>/`: the run's files, every signed message about it (`evidence.jsonl`), a manifest that `sha256sum -c` checks, and a summary. On
 * main, whose run it is, the manifest is the bundle that main closed it with, byte for byte: it names the messages that the stages stand on, and
 * `evidence/` has them, as they were signed. A role's node archives the files of its own work, whatever else a bundle may name; of a run that it has no
 * work of, nothing.
 */
export async function writeArchive({ folder, store, diskFloor }: ArchiveDeps, run: string): Promise<void> {
  const to = join(folder, "archive", run);
  const { blobs } = store;
  const held = await store.evidenceOf(run);
  const isMains = held.run !== undefined;
  if (!isMains && workOf(held.tasks).length === 0) return;
  // A message that the bundle names is written twice: as it was signed, and in its envelope.
  using _ = await diskFloor.reserve(2 * held.envelopes.reduce((bytes, { payload }) => bytes + payload.length, 0));
  const bundle = bundleOf(held);
  const isHere = isMains && bundle !== undefined && (await store.blobsOf([bundle])).has(bundle);
  const signed = isHere ? (await blobs.read(bundle)).toString("utf8") : undefined;
  const listed = signed === undefined ? undefined : parseManifest(signed);

  // A payload may have several envelopes; the newest is told of.
  const evidence = new Map(held.envelopes.map((envelope) => [payloadDigest(envelope), envelope]));
  const proofs = listed?.filter(({ path }) => path.startsWith("evidence/")) ?? [];
  await makeOwnFolder(folder, proofs.length > 0 ? join(to, "evidence") : to);
  for (const { path, sha256 } of proofs) {
    const envelope = evidence.get(sha256);
    if (envelope !== undefined) await placeBytes(payloadOf(envelope), join(to, path));
  }
  const messages = Buffer.from(held.envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join(""));
  await placeBytes(messages, join(to, evidenceName));

  const files = listed?.filter(({ path }) => !path.startsWith("evidence/")) ?? filesOf(held.tasks);
  // Sources are the given files that aren't files of the relay themselves: documents as they came.
  const raw = listed === undefined ? [] : givenOf(held.tasks).filter(({ path }) => !files.some((file) => file.path === path));
  const sources = raw.map(({ path, sha256 }) => ({ path: `sources/${path}`, sha256 }));
  if (sources.length > 0) await makeOwnFolder(folder, join(to, "sources"));
  for (const { path, sha256 } of [...files, ...sources]) {
    const at = join(to, path);
    // Files of a round whose work was sent back lie in a folder of its own.
    if (path.startsWith("rounds/")) await makeOwnFolder(folder, dirname(at));
    const placed = await placeBlob({ folder, blobs, diskFloor }, sha256, at);
    if (placed !== "there" || (await isLinkOf(folder, sha256, at))) continue;
    // Something else has the name, or a copy, which can't be told apart from it: the blob is placed again.
    await rm(at, { recursive: true });
    await placeBlob({ folder, blobs, diskFloor }, sha256, at);
  }

  const own = [...files, { path: evidenceName, sha256: sha256Of(messages) }];
  await placeBytes(Buffer.from(signed ?? toManifest(own)), join(to, "manifest-sha256.txt"));
  await placeWhole(
    Buffer.from(await toSummary(store, { run, files, evidence: [...evidence.values()], texts: held.texts, bundle })),
    join(to, summaryName),
  );
}

/** Files that came with the `run` task. */
function givenOf(tasks: readonly TaskFacts[]): ArchivedFile[] {
  return tasks
    .filter(({ row }) => row.payload.kind === "run")
    .flatMap(inputsOf)
    .map(({ name, sha256 }) => ({ path: name, sha256 }));
}
