export { openStore, type OpenStore } from "./open-store.ts";

export type { Accepted, AcceptRequest, Grounds } from "./port/acceptance.ts";
export type {
  Claimed,
  Completion,
  EventOfTask,
  RunChange,
  RunEvidence,
  Settlement,
  StatusAnswer,
  StatusQuestion,
  Store,
  TaskFacts,
  Topic,
} from "./port/store.ts";
export {
  type AttachmentRow,
  type BlobRow,
  isDue,
  type OutboxRow,
  type PeerRow,
  type Position,
  type RunRow,
  type TaskRow,
} from "./port/rows.ts";
export { type TextRow, textRowsOf } from "./port/text-row.ts";
export { type Blobs, type SmallBlob, smallBlob, type StagedBlob } from "./port/blobs.ts";

export { blobPath } from "./files/file-blobs.ts";
export { type Carried, carryInto, publish } from "./files/publish.ts";
export { createDiskFloor, type DiskFloor } from "./files/disk-floor.ts";
export { entriesIn, removeFolder } from "./files/remove-folder.ts";
export { isOwnFolder, makeOwnFolder, plainFile } from "./files/own-folder.ts";
