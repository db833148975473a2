import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLogger, toErrorFields } from "./open-logger.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "tasuki-log-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(data, { recursive: true });
});

test("whatever a sender put into a name, an entry is one line, and no character of it moves a cursor or turns a text round", async () => {
  const printed: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  const detail = "a\r\nb\u0000\u001B[2J\u009B2J\u0085\u2028\u202Etxt.exe\u2066\u200F é 日本";
  openLogger({ data, level: "info", base: { node: "sg", role: "sg" } }).info({ detail }, "a request was refused");
  const written = await readFile(join(data, "logs", "node.jsonl"), "utf8");
  expect(printed).toEqual([written]);
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(written).toMatch(/^[^\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]+\n$/);
  expect(written).toContain("é 日本");
  expect(JSON.parse(written)).toMatchObject({ detail, node: "sg", level: "info" });
});

test("a line is clipped with a mark and still JSON, and the logs keep their cap, whatever is written", async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const logger = openLogger({ data, level: "info", base: { node: "sg", role: "sg" } });
  for (let n = 0; n < 5; n += 1) logger.error({ peer: "nano", err: new Error('\u001B\u202E"\\'.repeat(2_000_000)) }, "a feed lies");
  const logs = join(data, "logs");
  expect(await readdir(logs)).toEqual(["node.jsonl"]);
  const lines = (await readFile(join(logs, "node.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    expect(line.length).toBeLessThan(16_384);
    expect(JSON.parse(line)).toEqual({
      level: "error",
      time: expect.any(String),
      node: "sg",
      role: "sg",
      clipped: expect.stringMatching(/"peer":"nano".*…$/),
      msg: "a feed lies",
    });
  }
});

test("an error is logged with its kind, code, stack and causes, and without its details", () => {
  const unmet = [{ file: "brief.md", expected: "a question", got: "the secret plan", fix: "ask" }];
  const cause = Object.assign(new Error("no such file"), { code: "ENOENT", path: "/x" });
  const fields = toErrorFields(new TasukiError("contract_violation", "The brief asks nothing.", { unmet, cause }));
  expect(fields).toMatchObject({
    type: "TasukiError",
    code: "contract_violation",
    stack: expect.stringContaining("The brief asks nothing."),
    cause: { type: "Error", code: "ENOENT" },
  });
  expect(JSON.stringify(fields)).not.toContain("secret plan");
});

test("what is thrown but is no error is not written out, and a ring of causes ends", () => {
  expect(toErrorFields("a body")).toEqual({ type: "string" });
  const ring = new Error("ring");
  ring.cause = ring;
  expect(JSON.stringify(toErrorFields(ring))).toContain("ring");
});
