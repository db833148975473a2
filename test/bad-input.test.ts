import { createHash, randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalRelay, startLocalRelay } from "./local-relay.ts";

let relay: LocalRelay;
beforeAll(async () => {
  relay = await startLocalRelay();
});
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
});

const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");
const json = ["-H", "content-type: application/json"];

async function file(name: string, bytes: Buffer | string): Promise<string> {
  const path = join(dirname(relay.data), name);
  await writeFile(path, bytes);
  return path;
}

/** Traces of input on main, which must not change: tasks, and files of the blob store. */
async function traces(): Promise<unknown> {
  const { body } = await relay.curl("main", "/status");
  const { tasks, size } = body as { tasks: unknown[]; size: number };
  const blobs = (await readdir(join(relay.data, "main", "blobs"), { recursive: true })).sort();
  return { tasks, size, blobs };
}

async function refused(
  role: "main" | "nano" | "sg" | "jp",
  path: string,
  ...args: string[]
): Promise<{ status: number; code: string; unmet: unknown[] }> {
  const { status, body } = await relay.curl(role, path, ...args);
  const problem = body as { status: number; code: string; title: string; detail: string; unmet?: unknown[] };
  expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  return { status, code: problem.code, unmet: problem.unmet ?? [] };
}

// guarantees: R7.names, R7.refused
test("a renamed file in a form is refused with the names that are taken, and leaves nothing", async () => {
  const before = await traces();
  const pack = await file("research-pack.bin", "anything");
  const answer = await refused("main", "/upload", "-F", `file=@${pack};filename=research-pack.bin`);
  expect(answer).toMatchObject({ status: 422, code: "unknown_artifact" });
  expect(answer.unmet).toHaveLength(1);
  expect(JSON.stringify(answer.unmet)).toContain("brief.md");
  expect(await traces()).toEqual(before);
});

test("a renamed attachment in a task is refused, and leaves no task", async () => {
  const bytes = "# A document\n\nWith a sentence in it.\n";
  await relay.curl("main", "/upload?contract=source", "--data-binary", bytes, "-H", "content-type: application/octet-stream");
  const before = await traces();
  const attachment = { name: "research-pack.md", contract: "source@1", size: Buffer.byteLength(bytes), sha256: sha256(bytes) };
  const answer = await refused(
    "main",
    "/task",
    ...json,
    "-d",
    JSON.stringify({ kind: "run", brief: "What is it?", attachments: [attachment] }),
  );
  expect(answer.status).toBe(422);
  expect(["unknown_artifact", "contract_violation"]).toContain(answer.code);
  expect(answer.unmet).not.toEqual([]);
  expect(await traces()).toEqual(before);
});

test("content that is not what its digest says is refused, and leaves nothing", async () => {
  const before = await traces();
  const answer = await refused(
    "main",
    `/upload?contract=source&sha256=${"0".repeat(64)}`,
    "--data-binary",
    "hello",
    "-H",
    "content-type: application/octet-stream",
  );
  expect(answer).toMatchObject({ status: 422, code: "digest_mismatch" });
  expect(await traces()).toEqual(before);
});

test("a task that names a file which was not uploaded is told which", async () => {
  const before = await traces();
  const missing = sha256(randomBytes(8));
  const { status, body } = await relay.curl(
    "main",
    "/task",
    ...json,
    "-d",
    JSON.stringify({ kind: "run", brief: "What?", attachments: [{ name: "S1.md", contract: "source@1", size: 5, sha256: missing }] }),
  );
  expect({ status, code: (body as { code: string }).code, missing: (body as { missing: string[] }).missing }).toEqual({
    status: 409,
    code: "attachments_missing",
    missing: [missing],
  });
  expect(await traces()).toEqual(before);
});

test("an over-long name is refused, and leaves nothing", async () => {
  const before = await traces();
  const attachment = { name: `S${"1".repeat(140)}.md`, contract: "source@1", size: 5, sha256: sha256("hello") };
  const answer = await refused("main", "/task", ...json, "-d", JSON.stringify({ kind: "run", brief: "What?", attachments: [attachment] }));
  expect(answer).toMatchObject({ status: 422, code: "name_invalid" });
  expect(answer.unmet).not.toEqual([]);
  expect(await traces()).toEqual(before);
});

test("an unknown contract version is refused, and leaves nothing", async () => {
  const before = await traces();
  const upload = await refused("main", "/upload?contract=brief@99", "--data-binary", "What?", "-H", "content-type: text/markdown");
  expect(upload).toMatchObject({ status: 422, code: "unknown_version" });
  expect(upload.unmet).not.toEqual([]);
  expect(await traces()).toEqual(before);
});

test("10 MB of JSON is refused before it is read, and leaves nothing", async () => {
  const before = await traces();
  const body = await file("big.json", JSON.stringify({ kind: "run", brief: "x".repeat(10_000_000) }));
  expect(await refused("main", "/task", ...json, "--data-binary", `@${body}`)).toMatchObject({ status: 413, code: "too_large" });
  expect(await traces()).toEqual(before);
});

test("a truncated form is refused, and leaves nothing", async () => {
  const before = await traces();
  const body = '--cut\r\ncontent-disposition: form-data; name="file"; filename="brief.md"\r\n\r\nWhat is';
  const path = await file("cut.form", body);
  const answer = await refused("main", "/upload", "-H", "content-type: multipart/form-data; boundary=cut", "--data-binary", `@${path}`);
  expect(answer).toMatchObject({ status: 400, code: "malformed_request" });
  expect(await traces()).toEqual(before);
});

test("a body that ends before its length leaves nothing", async () => {
  const before = await traces();
  await new Promise<void>((resolve) => {
    const upload = request({
      socketPath: join(relay.data, "main", "bus.sock"),
      path: "/upload?contract=source",
      method: "POST",
      headers: { host: "localhost", "content-length": "1000", "content-type": "application/octet-stream" },
    });
    upload.on("error", () => resolve()).on("close", () => resolve());
    upload.write("only this", () => upload.destroy());
  });
  expect(await traces()).toEqual(before);
});

test.each([
  { path: "/nothing", method: "GET", status: 404, code: "not_found" },
  { path: "/task", method: "GET", status: 405, code: "method_not_allowed" },
  { path: "/trpc/exec", method: "POST", status: 404, code: "not_found" },
])("$method $path is $status", async ({ path, method, status, code }) => {
  expect(await refused("main", path, "-X", method)).toMatchObject({ status, code });
});
