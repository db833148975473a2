// Calls of a whole run, which are the same on every machine. How long a run takes is measured in bench/.
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { defineArtifact, definePipeline, defineRole } from "@tasuki/protocol";
import { brief } from "@tasuki/contracts/artifacts/brief";
import { run } from "@tasuki/contracts/artifacts/run";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { type Calls, countCalls } from "../testing/count-calls.ts";
import { startTestRelay } from "../testing/start-test-relay.ts";

const file = <const Name extends string>(name: Name) =>
  defineArtifact({
    name,
    file: `${name}.txt`,
    version: 1,
    mediaType: "text/plain",
    maxBytes: 1_000_000,
    schema: z.string(),
    read: (text) => ({ ok: true, value: text }),
    write: (text) => text,
  });
const [found, raw, review, final] = [file("found"), file("raw"), file("review"), file("final")];

/** A relay of four files, three roles and four hops. */
const pipeline = definePipeline({
  module: import.meta.url,
  profiles: { plain: "anything that keeps its contract" },
  intake: { brief, sources: sourceText },
  given: [run, brief, sourceText],
  roles: [
    defineRole({ name: "nano", port: 18101, consumes: [run], produces: [found, raw], check: () => [] }),
    defineRole({ name: "sg", port: 18102, consumes: [run, found, raw], produces: [review], check: () => [] }),
    defineRole({ name: "jp", port: 18103, consumes: [run, review], produces: [final], check: () => [] }),
  ],
});

// The run's id is in the bytes, so that no run finds the files of another already there.
const kilobyte = (name: string, id: string): string => `${name} ${id}\n`.repeat(28).slice(0, 1024);

/** Calls of each of `runs` runs, one after another, after one that warms the nodes up. What ends after a run's end is counted with the next one. */
async function countRuns(runs: number): Promise<Calls[]> {
  await using relay = await startTestRelay({
    pipeline,
    work: {
      nano: ({ run: id }) => ({ "found.txt": kilobyte("found", id), "raw.txt": kilobyte("raw", id) }),
      sg: ({ run: id }) => ({ "review.txt": kilobyte("review", id) }),
      jp: ({ run: id }) => ({ "final.txt": kilobyte("final", id) }),
    },
  });
  const secret = (await readFile(join(relay.data, "operator-secret"), "utf8")).trim();
  const headers = { "content-type": "application/json", authorization: `Bearer ${secret}` };
  const relayOne = async (): Promise<void> => {
    const body = JSON.stringify({ kind: "run", brief: "What is it?" });
    const answer = await fetch(`${relay.node("main").url}/task`, { method: "POST", headers, body });
    expect(answer.status).toBe(202);
    const { run: id } = z.object({ run: z.string() }).parse(await answer.json());
    await relay.until(id, ({ state }) => state === "closed");
  };
  using counter = await countCalls(import.meta.filename);
  await relayOne();
  counter.take();
  const counts: Calls[] = [];
  for (let at = 0; at < runs; at += 1) {
    await relayOne();
    counts.push(counter.take());
  }
  return counts;
}

/** The fewest: a clock of a node's own (a lease that is renewed, a health that is asked for) falls into a run now and then, and adds to its calls. */
function fewestOf(counts: readonly Calls[], what: keyof Calls): number {
  return Math.min(...counts.map((calls) => calls[what]));
}

/** The most calls that a run may take. */
const budget: readonly (readonly [what: keyof Calls, most: number])[] = [
  ["requests", 12],
  ["commits", 32],
  ["fsyncs", 0],
  ["signatures", 26],
  // Two of them are main's grant at the nodes that take their work from another role.
  ["verifications", 26],
  ["writes", 76],
  ["renames", 16],
];

test("a relay of four small files makes no more calls than its budget", async () => {
  const counts = await countRuns(5);
  // Requests are counted by what this process serves, so that none would be a counter that is blind.
  expect(fewestOf(counts, "requests")).toBeGreaterThan(0);
  for (const [what, most] of budget) expect(fewestOf(counts, what), what).toBeLessThanOrEqual(most);
});

test("the counter counts every kind of call", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-counts-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  using counter = await countCalls(import.meta.filename);
  await writeFile(join(folder, "a"), "a");
  await rename(join(folder, "a"), join(folder, "b"));
  await using file = await open(join(folder, "b"));
  await file.sync();
  const db = new DatabaseSync(":memory:");
  db.exec("BEGIN IMMEDIATE");
  db.exec("COMMIT");
  db.close();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  verify(null, Buffer.from("a"), publicKey, sign(null, Buffer.from("a"), privateKey));
  expect(counter.take()).toEqual({ requests: 0, commits: 1, fsyncs: 1, signatures: 1, verifications: 1, writes: 1, renames: 1 });
});
