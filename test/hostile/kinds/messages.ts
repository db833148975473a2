import { constant, constantFrom, json, jsonValue, oneof, tuple, uint8Array, type Arbitrary } from "fast-check";
import { type Kind, type Endpoint, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

const id = "0192f6a0-0000-7000-8000-00000000000a";
const digest = "0".repeat(64);
const attachment = { name: "S1.md", contract: "source@1", size: 5, sha256: digest };
/** A task as good as one can be that names a file which is not there. */
const run = { kind: "run", id, brief: "# What is it?\n", attachments: [attachment] };
const payloadType = "application/vnd.tasuki.task+json";
const signature = { keyid: "main", sig: "AAAA" };

/** A value that is not what it should be. */
const wrong: Arbitrary<unknown> = oneof(
  naughty,
  jsonValue({ maxDepth: 3 }),
  constantFrom<unknown>(
    null,
    true,
    -1,
    0.5,
    1e308,
    2 ** 53 + 2,
    [],
    {},
    [[]],
    "",
    { __proto__: null, constructor: 1 },
    Array.from({ length: 3_000 }, () => attachment),
  ),
);

/** Puts a value at one of some places in a document. `attachments` stays: it is what keeps the task from being taken. */
const bend = (document: object, places: readonly (readonly string[])[]): Arbitrary<string> =>
  tuple(constantFrom(...places), wrong).map(([place, value]) => JSON.stringify(replaced(document, place, value)));

function replaced(document: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(document)) return document.map((item: unknown, at) => (String(at) === first ? replaced(item, rest, value) : item));
  return Object.fromEntries([
    ...Object.entries(document as object),
    [first, replaced((document as Record<string, unknown>)[first] ?? {}, rest, value)],
  ]);
}

const bentRun = bend(run, [
  ...["v", "kind", "id", "brief", "profile", "clocks", "deadline", "stage", "epoch", "__proto__", "constructor", "from", "to"].map(
    (key) => [key],
  ),
  ...["name", "contract", "size", "label", "sha256", "__proto__"].map((key) => ["attachments", "0", key]),
  ["clocks", "scheduleToStart"],
]);
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const work = { v: 1, id, kind: "work", run: id, stage: "jp", epoch: 1, from: "main", to: "jp", attachments: [attachment] };
const envelope = { payload: base64(JSON.stringify(work)), payloadType, signatures: [signature] };
const bentEnvelope = oneof(
  bend(envelope, [
    ["payload"],
    ["payloadType"],
    ["signatures"],
    ["signatures", "0"],
    ["signatures", "0", "sig"],
    ["signatures", "0", "keyid"],
  ]),
  bend(work, [["kind"], ["from"], ["to"], ["stage"], ["epoch"], ["run"], ["id"]]).map((text) =>
    JSON.stringify({ ...envelope, payload: base64(text) }),
  ),
  constantFrom(9, 5_000).map((count) => JSON.stringify({ ...envelope, signatures: Array.from({ length: count }, () => signature) })),
);

const nests: readonly ((depth: number) => string)[] = [
  (depth) => "[".repeat(depth),
  (depth) => '{"a":'.repeat(depth),
  (depth) => "[".repeat(depth) + "]".repeat(depth),
  (depth) => `{"kind":"run","brief":${"[".repeat(depth)}${"]".repeat(depth)}}`,
];

/** Bodies that are no JSON, or JSON that programs read differently. */
const broken = (endpoint: Endpoint): Arbitrary<string | Buffer> =>
  oneof(
    constantFrom<string | Buffer>(
      "",
      " ",
      "{",
      "null",
      "[]",
      '"run"',
      "NaN",
      "{'kind':'run'}",
      '{"kind":"run",}',
      '{"kind":"run"}{"kind":"run"}',
      '{"kind":"run"} x',
      '{"kind":"cancel","kind":"run"}',
      '{"kind":"run","brief":1e400}',
      '{"__proto__":{"kind":"run"}}',
      '{"constructor":{"prototype":{"kind":"run"}}}',
      '{"kind":"run","brief":"\\ud800"}',
      '{"kind":"run","brief":"\\u0000"}',
      `{"secret":"${endpoint.canary}"`,
      Buffer.from('\uFEFF{"kind":"run"}'),
      Buffer.from('{"kind":"run"}', "utf16le"),
      Buffer.from('{"kind":"run","brief":"\xE9"}', "latin1"),
      Buffer.from([0, 0, 0]),
    ),
    tuple(
      oneof({ arbitrary: constantFrom(1_000, 20_000), weight: 9 }, { arbitrary: constant(1_000_000), weight: 1 }),
      constantFrom(...nests),
    ).map(([depth, nest]) => nest(depth)),
    oneof({ arbitrary: constant(100), weight: 9 }, { arbitrary: constantFrom(3_000_001, 6_000_000), weight: 1 }).map((length) =>
      " ".repeat(length),
    ),
    json({ maxDepth: 5 }),
    uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );

const types = [
  "application/json",
  "application/json; charset=utf-16",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "application/json, text/plain",
  "",
  "application/problem+json",
];

/** Bodies posted as a task, in both spellings: JSON that is none, tasks with a field that is wrong, envelopes that nobody signed. */
export const messages: Kind = {
  name: "messages",
  share: 6,
  requests: (endpoint) => {
    const body = oneof(
      { arbitrary: broken(endpoint), weight: 2 },
      { arbitrary: bentRun, weight: 3 },
      { arbitrary: bentEnvelope, weight: 3 },
      { arbitrary: constant(JSON.stringify(work)), weight: 1 },
    );
    const type = oneof({ arbitrary: constant("application/json"), weight: 5 }, { arbitrary: constantFrom(...types), weight: 1 });
    return tuple(body, type, constantFrom("/task", "/trpc/task", "/trpc/task#")).map(([given, type, target]) => {
      // `#` stands for a tRPC call whose input is well formed as such.
      const text = target.endsWith("#")
        ? JSON.stringify({ envelope: { payload: Buffer.from(given).toString("base64"), payloadType, signatures: [] } })
        : given;
      const bytes = toBytes(endpoint, { method: "POST", target: target.replace("#", ""), headers: [["Content-Type", type]], body: text });
      return { label: `${target} ${type}: ${text.toString("utf8").slice(0, 120)}`, parts: [bytes] };
    });
  },
};
