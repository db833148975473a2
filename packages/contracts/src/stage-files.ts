import { type AnyArtifact, isFileOf, type Parsed } from "./define-artifact.ts";
import { artifactOf, isOptional, type Slot } from "./define-role.ts";
import type { Unmet } from "./problem.ts";

/** A file of a stage as it was found: not yet known to be text, nor of which contract. */
export interface StageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface SortedFiles {
  /** One entry per slot, in the order of the slots; files in the order of their numbers. */
  readonly slots: readonly { readonly artifact: AnyArtifact; readonly files: readonly StageFile[] }[];
  readonly unmet: readonly Unmet[];
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Gives each file to the slot that its name belongs to, and reports the missing, the doubled and those that no slot takes. */
export function sortFiles(slots: readonly Slot[], files: readonly StageFile[]): SortedFiles {
  const unmet: Unmet[] = [];
  const sorted = slots.map((slot) => {
    const artifact = artifactOf(slot);
    const own = files.filter((file) => isFileOf(artifact, file.name)).toSorted(byNumber);
    for (const [at, { name }] of own.entries())
      if (own[at - 1]?.name === name)
        unmet.push({ file: name, expected: "each name once", got: "the name twice", fix: "leave one of the two files out" });
    if (own.length === 0 && !artifact.many && !isOptional(slot))
      unmet.push({ file: artifact.file, expected: `the file ${artifact.file}`, got: "no such file", fix: `write ${artifact.file}` });
    return { artifact, files: own };
  });
  const known = slots.map((slot) => artifactOf(slot).file).join(", ");
  for (const { name } of files)
    if (!slots.some((slot) => isFileOf(artifactOf(slot), name)))
      unmet.push({
        file: name,
        expected: `only ${known === "" ? "no files" : known}`,
        got: `a file ${name}`,
        fix: `leave ${name} out, or give it one of these names`,
      });
  return { slots: sorted, unmet };
}

/** The files that belong to one of the slots. A stage's folder also holds what later roles consume. */
export function filesOfSlots(slots: readonly Slot[], files: readonly StageFile[]): StageFile[] {
  return files.filter(({ name }) => slots.some((slot) => isFileOf(artifactOf(slot), name)));
}

/** The text of a file. Refuses what is over the contract's cap, is not UTF-8, or has a NUL. */
export function readText(artifact: Pick<AnyArtifact, "maxBytes">, { name, bytes }: StageFile): Parsed<string> {
  const fail = (unmet: Omit<Unmet, "file">): Parsed<string> => ({ ok: false, unmet: [{ file: name, ...unmet }] });
  if (bytes.length > artifact.maxBytes)
    return fail({ expected: `at most ${artifact.maxBytes} bytes`, got: `${bytes.length} bytes`, fix: "make the file shorter" });
  const nul = bytes.indexOf(0);
  if (nul !== -1)
    return fail({ line: lineAt(bytes, nul), expected: "text without NUL", got: `a NUL at byte ${nul}`, fix: "remove the NUL bytes" });
  try {
    return { ok: true, value: decoder.decode(bytes) };
  } catch {
    return fail({ expected: "UTF-8", got: "bytes that are not UTF-8", fix: "write the file as UTF-8" });
  }
}

function lineAt(bytes: Uint8Array, end: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}

/** `N2.txt` before `N10.txt`. */
function byNumber(one: StageFile, other: StageFile): number {
  return one.name.length - other.name.length || (one.name < other.name ? -1 : Number(one.name > other.name));
}
