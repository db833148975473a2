import type { Change } from "../port/topics.ts";

/** Records what the operation of a transaction changes. */
export interface Recorder {
  changed(change: Change): void;
  /** Returns what was recorded since the last call. */
  take(): readonly Change[];
}

export function createRecorder(): Recorder {
  let changes: Change[] = [];
  return {
    changed: (change) => void changes.push(change),
    take() {
      const taken = changes;
      changes = [];
      return taken;
    },
  };
}
