import { createHash } from "node:crypto";
import { array, constant, constantFrom, integer, jsonValue, oneof, record, tuple, uint8Array, type Arbitrary } from "fast-check";
import { type Kind, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

const payloadType = "application/vnd.tasuki.task+json";
const id = "0192f6a0-0000-7000-8000-00000000000b";
const sha256Of = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");
const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString("base64");

/** Files that the task names, one of them not as its contract wants it, and one that is nowhere: whatever comes with it, the task can't be taken. */
const good = "# A document\n";
const named = [
  { name: "S1.md", contract: "source@1", text: good },
  { name: "S2.md", contract: "source@1", text: "" },
  { name: "brief.md", contract: "brief@1", text: "# What?\0" },
].map(({ text, ...one }) => ({ text, attachment: { ...one, size: Buffer.byteLength(text), sha256: sha256Of(text) } }));
const nowhere = { name: "S3.md", contract: "source@1", size: 5, sha256: "0".repeat(64) };

/** What may stand for a file of the task: its base64, something like it, or bytes of its sender's choice. */
const file: Arbitrary<unknown> = oneof(
  constantFrom<unknown>(...named.map(({ text }) => base64(text))),
  constantFrom<unknown>(
    base64(good).replaceAll("=", ""),
    `${base64(good)}\n`,
    ` ${base64(good)}`,
    `${base64(good)}====`,
    base64(good).replaceAll("A", "%41"),
    `data:text/plain;base64,${base64(good)}`,
    "IyBB\0",
    "\u0130".repeat(8),
    "=",
    "A",
    null,
    1,
    true,
    [],
    {},
    { sha256: named[0]?.attachment.sha256, bytes: base64(good) },
  ),
  uint8Array({ maxLength: 300 }).map((bytes) => base64(Buffer.from(bytes))),
  naughty,
  jsonValue({ maxDepth: 3 }),
);
const files: Arbitrary<unknown> = oneof(
  { arbitrary: array(file, { maxLength: 6 }), weight: 8 },
  { arbitrary: file, weight: 1 },
  {
    arbitrary: constantFrom<unknown>(
      [base64(Buffer.alloc(65_537))],
      Array.from({ length: 5 }, () => base64(Buffer.alloc(65_536))),
      Array.from({ length: 2_049 }, () => ""),
      Array.from({ length: 20_000 }, () => ""),
      ["A".repeat(2_900_000)],
      [Array.from({ length: 60 }).reduce<unknown>((inner) => [inner], [])],
    ),
    weight: 1,
  },
);

/** Files beside a task, in both spellings: no base64, other bytes than it names, too many, too large, twice, of a contract that they break. */
export const travelling: Kind = {
  name: "files that travel",
  share: 4,
  requests: (endpoint) =>
    record({
      files,
      bent: constantFrom<object>({}, { size: 1 }, { contract: "brief@1" }, { contract: "list@1" }, { sha256: sha256Of("other") }),
      at: integer({ min: 0, max: named.length - 1 }),
      work: constantFrom(true, false, false),
      target: constantFrom("/task", "/trpc/task"),
      beside: oneof(
        { arbitrary: constant({}), weight: 4 },
        tuple(naughty, file).map(([key, value]) => ({ [key]: value })),
      ),
    }).map(({ files: given, bent, at, work, target, beside }) => {
      const attachments = [...named.map(({ attachment }, place) => (place === at ? { ...attachment, ...bent } : attachment)), nowhere];
      const task = work
        ? { v: 1, id, kind: "work", run: id, stage: endpoint.role, epoch: 1, from: "main", to: endpoint.role, attachments }
        : { kind: "run", id, attachments };
      const envelope = { payload: base64(JSON.stringify(task)), payloadType, signatures: work ? [{ keyid: "main", sig: "AAAA" }] : [] };
      const message = { ...beside, files: given };
      const body = JSON.stringify(target === "/task" ? { ...message, ...envelope } : { ...message, envelope });
      const headers = [["Content-Type", "application/json"]] as const;
      return {
        label: `${target} with files ${JSON.stringify(given).slice(0, 120)}`,
        parts: [toBytes(endpoint, { method: "POST", target, headers, body })],
      };
    }),
};
