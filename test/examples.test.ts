import { join } from "node:path";
import { expect, test } from "vitest";
import { finish, repository, startLocalRelay } from "./local-relay.ts";

test("the client in TypeScript starts a run over main's socket, waits for it to close, and prints the final text", async () => {
  await using relay = await startLocalRelay();
  const program = join(repository, "examples/typescript/ask.ts");
  const document = join(repository, "docs/glossary.md");
  const { code, stdout, stderr } = await finish(process.execPath, [program, "--data", relay.data, "What is a receipt?", document]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^run [0-9a-f-]{36}\n$/) });
  expect(stdout).toMatch(/signed statement.*\[C\d+\]/);
  expect(stdout).toMatch(/^\[C\d+\] S1, lines? \d+/m);
});
