import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TasukiError } from "@tasuki/contracts";
import { expect, test } from "vitest";
import { readNodeConfig } from "./read-node-config.ts";

async function read(text: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-config-"));
  try {
    const path = join(folder, "config.jsonc");
    if (text !== undefined) await writeFile(path, text);
    return await readNodeConfig(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const problem = (text: string | undefined): Promise<TasukiError> =>
  read(text).then(
    () => Promise.reject(new Error("it was taken")),
    (error: TasukiError) => error,
  );

test("what is left out has its default; comments and trailing commas are taken", async () => {
  const config = await read('{\n  // where\n  "listen": { "port": 18101 },\n  "roster": {},\n}');
  expect(config).toMatchObject({ listen: { port: 18101 }, limits: { attempts: 5, leaseMs: 15_000 } });
});

test.each([
  { what: "a missing file", text: undefined, said: "can't be read" },
  { what: "an empty file", text: "", said: "config.jsonc:1: this is not JSON" },
  { what: "a syntax error", text: '{\n  "listen": {\n', said: "config.jsonc:3: this is not JSON" },
  { what: "a wrong port", text: '{\n  "listen": {\n    "port": 70000\n  },\n  "roster": {}\n}', said: "config.jsonc:3: listen.port" },
  { what: "a misspelt key", text: '{\n  "listen": { "port": 1 },\n  "roster": {},\n  "limit": {}\n}', said: "remove limit" },
  { what: "a part that is missing", text: '{\n  "listen": { "port": 1 }\n}', said: "config.jsonc:1: roster" },
])("$what is reported with its line and what to write", async ({ text, said }) => {
  const error = await problem(text);
  expect(error.code).toBe("invalid_state");
  expect(error.message).toContain(said);
});
