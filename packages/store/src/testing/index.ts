export { busyStore } from "./busy-store.ts";
export { endlessDisk } from "./endless-disk.ts";
export { eraseTexts } from "./erase-texts.ts";
export { bytesOf, handOffOf, id, openFolder, payloadOf, putBlob, receiptOf, requestOf, run, sha256 } from "./fixtures.ts";
export { lateStore, type LateStoreOptions } from "./late-store.ts";
