import type { Unmet } from "../messages/problem.ts";
import { type AnyArtifact, isFileOf } from "./define-artifact.ts";
import { artifactOf, isOptional, type Slot } from "./define-role.ts";
import type { StageFile } from "./read-text.ts";

export interface SortedFiles {
  /** Files by slot, in the order of the slots; files of many in the order of their numbers. */
  readonly slots: readonly { readonly artifact: AnyArtifact; readonly files: readonly StageFile[] }[];
  readonly unmet: readonly Unmet[];
}

/** Sorts files into the slots that their names belong to. Reports files that are missing, are there twice, or belong to no slot. */
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

/** Order of files by number: `N2.txt` before `N10.txt`. */
function byNumber(one: StageFile, other: StageFile): number {
  return one.name.length - other.name.length || (one.name < other.name ? -1 : Number(one.name > other.name));
}
