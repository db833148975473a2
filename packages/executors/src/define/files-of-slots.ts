import { artifactOf, isFileOf, type Slot, type StageFile } from "@tasuki/contracts";

/** The files that belong to one of the slots. A work folder also holds what later roles consume. */
export function filesOfSlots(slots: readonly Slot[], files: readonly StageFile[]): StageFile[] {
  return files.filter(({ name }) => slots.some((slot) => isFileOf(artifactOf(slot), name)));
}
