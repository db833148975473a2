import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openToOthers } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";
import { eventually, repository, startLocalRelay, tasuki } from "./local-relay.ts";

const documents = ["README.md", "ARCHITECTURE.md"].map((path) => join(repository, path));

// guarantees: R8.own-files
test("of all that a relay leaves behind under umask 0000, the group gets the sockets, and others get nothing", async () => {
  await using relay = await startLocalRelay(undefined, { umask: "0000" });
  const ask = (brief: string) => tasuki("run", brief, ...documents, "--data", relay.data, "--json");
  const first = await ask("What is a receipt?");
  const { run } = JSON.parse(first.stdout) as { run: string };
  const show = async (id: string) => (await relay.curl("main", `/status?run=${id}`)).body as { run: { state: string; stages: object[] } };
  await eventually(async () => (await show(run)).run.state === "closed" || undefined);
  await eventually(async () => ((await readdir(join(relay.data, "jp", "archive", run))).includes("SUMMARY.md") ? true : undefined));

  // A program that makes what it makes for everybody, and fails: its work folder stays, to be looked at.
  const config = join(relay.data, "jp", "config.jsonc");
  const script = "mkdir out/made; echo text > out/made/file; exit 75";
  const executor = JSON.stringify({ kind: "command", name: "fails", argv: ["/bin/sh", "-c", script] });
  await writeFile(config, (await readFile(config, "utf8")).replace('{ "kind": "embedded" }', executor));
  process.kill(await relay.pid("jp"), "SIGKILL");
  await ask("What is a run?");
  const work = join(relay.data, "jp", "work");
  await eventually(async () => {
    const paths = await readdir(work, { recursive: true });
    return paths.some((path) => path.endsWith("/1/out/made/file")) || undefined;
  });
  expect(await openToOthers(relay.data)).toEqual([]);
  for (const [role, socket] of [
    ["main", "operator.sock"],
    ["main", "bus.sock"],
    ["jp", "bus.sock"],
  ] as const)
    expect((await stat(join(relay.data, role, socket))).mode & 0o777).toBe(0o660);
});
