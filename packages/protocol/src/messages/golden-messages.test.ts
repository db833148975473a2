import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { z } from "zod";
import { FeedEntry, Health, Status, TaskAnswer, UploadAnswer } from "./answers.ts";
import { Envelope } from "./envelope.ts";
import { Grant } from "./grant.ts";
import { Problem } from "./problem.ts";
import { ReceiptStatement } from "./receipt.ts";
import { RunRequest, TaskPayload } from "./task.ts";

const folder = join(import.meta.dirname, "../../fixtures/messages");
const schemas: Readonly<Record<string, z.ZodType>> = {
  task: TaskPayload,
  grant: Grant,
  "run-request": RunRequest,
  receipt: ReceiptStatement,
  envelope: Envelope,
  "task-answer": TaskAnswer,
  "upload-answer": UploadAnswer,
  "feed-entry": FeedEntry,
  health: Health,
  status: Status,
  problem: Problem,
};
const files = readdirSync(folder);
const kindOf = (file: string): string => file.split(".")[0] ?? "";

const signed = ["task", "grant", "run-request", "receipt"];
/** Key that the golden messages have of a later release. */
const isLater = (key: string): boolean => key === "later";

test.for(files)(
  "%s reads as it was ever sent: what is signed with all its keys, an answer without those that are not known here",
  (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const known: unknown = JSON.parse(text, function (this: unknown, key, value: unknown) {
      return isLater(key) && !signed.includes(kindOf(file)) ? undefined : value;
    });
    expect(schemas[kindOf(file)]?.parse(JSON.parse(text))).toStrictEqual(known);
  },
);

test("every kind of message has a golden file", () => {
  expect([...new Set(files.map(kindOf))].sort()).toEqual(Object.keys(schemas).sort());
});
