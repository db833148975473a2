export type { Blobs, StagedBlob } from "./blobs.ts";
export { isOwnFolder, makeOwnFolder } from "./files/own-folder.ts";
export { plainFile } from "./files/plain-file.ts";
export { isDue } from "./is-due.ts";
export { openStore, type OpenStore, type StoreOptions } from "./open-store.ts";
export { createProjections, type Projections } from "./projections/projections.ts";
export type {
  Accepted,
  AcceptRequest,
  AttachmentRow,
  Claimed,
  Completion,
  Lease,
  NewOutboxRow,
  OutboxRow,
  OutboxState,
  PeerRow,
  Position,
  RunChange,
  RunRow,
  Seal,
  Sealed,
  Settlement,
  Store,
  TaskRow,
} from "./store.ts";
