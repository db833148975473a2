export { openStore, type OpenStore } from "./open-store.ts";

export type { Accepted, Claimed, Completion, RunChange, Settlement, Store } from "./port/store.ts";
export { type AttachmentRow, isDue, type NewOutboxRow, type OutboxRow, type Position, type RunRow, type TaskRow } from "./port/rows.ts";
export type { Blobs, StagedBlob } from "./port/blobs.ts";

export { blobPath } from "./files/file-blobs.ts";
export { publish } from "./files/publish.ts";
export { createDiskFloor, type DiskFloor } from "./files/disk-floor.ts";
export { isOwnFolder, makeOwnFolder, plainFile } from "./files/own-folder.ts";
