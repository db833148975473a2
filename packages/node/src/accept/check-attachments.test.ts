import type { Attachment } from "@tasuki/protocol";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import { expect, test } from "vitest";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { takenContracts } from "@tasuki/bus";
import type { BlobRow } from "@tasuki/store";
import { checkAttachments } from "./check-attachments.ts";

const taken = takenContracts(smallPipeline, "nano");
const contract = `${sourceText.name}@${sourceText.version}`;
const attachment: Attachment = { name: "S1.txt", contract, size: 3, sha256: "a".repeat(64) };
const blobsWith = (contracts: readonly string[], has: boolean) =>
  new Map<string, BlobRow>(has ? [[attachment.sha256, { size: 3, contracts }]] : []);
const missing = (blobs: ReadonlyMap<string, BlobRow>): unknown => {
  try {
    checkAttachments([attachment], taken, blobs);
    return undefined;
  } catch (error) {
    return error;
  }
};

test("bytes that a disk has lost are asked for again, as those that never passed the contract are", () => {
  expect(missing(blobsWith([contract], true))).toBeUndefined();
  const asked = { code: "attachments_missing", details: { missing: [attachment.sha256] } };
  expect(missing(blobsWith([contract], false))).toMatchObject(asked);
  expect(missing(blobsWith([], true))).toMatchObject(asked);
});
