import { expect, test } from "vitest";
import { findDemoDocuments } from "./demo-documents.ts";
import { repository } from "../local/repository.ts";

test("the demo's documents are installed", async () => {
  expect(await findDemoDocuments(repository)).toHaveLength(9);
});
