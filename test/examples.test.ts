import { join } from "node:path";
import type { TaskStatus } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { curl, eventually, finish, repository, roles } from "./local-relay.ts";
import { openMixedRelay } from "./mixed-relay.ts";

// guarantees: R5.concluded
test("the client in TypeScript starts a run before main has reached nano, waits for it to close, and prints the final text", async () => {
  await using relay = await openMixedRelay(repository);
  await Promise.all(roles.filter((role) => role !== "nano").map((role) => relay.start(role, repository)));
  const program = join(repository, "examples/typescript/ask.ts");
  const document = join(repository, "docs/glossary.md");
  const asking = finish(process.execPath, [program, "--data", relay.data, "What is a receipt?", document]);
  await Promise.race([asking, eventually(() => isHeldUp(relay.data))]);
  await relay.start("nano", repository);
  const { code, stdout, stderr } = await asking;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^run [0-9a-f-]{36}\n$/) });
  expect(stdout).toMatch(/signed statement.*\[C\d+\]/);
  expect(stdout).toMatch(/^\[C\d+\] S1, lines? \d+/m);
});

/** True once main's intake waits for a role that main has never reached. */
async function isHeldUp(data: string): Promise<true | undefined> {
  const { body } = await curl(join(data, "main", "bus.sock"), "/status", []);
  return (body as { tasks: readonly TaskStatus[] }).tasks.some(({ block }) => block?.kind === "unseen") || undefined;
}
