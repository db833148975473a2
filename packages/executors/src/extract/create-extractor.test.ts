import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ExecutorContext, type Job, sha256Of } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { expect, onTestFinished, test } from "vitest";
import { loadPipeline } from "../define/load-pipeline.ts";
import { createExtractor } from "./create-extractor.ts";
import { paragraph, toDocx } from "../testing/docx-fixture.ts";
import { toPdf } from "../testing/pdf-fixture.ts";

const silent = (): void => undefined;
const context: ExecutorContext = {
  clock: { now: () => performance.timeOrigin + performance.now(), monotonic: () => performance.now() },
  logger: { debug: silent, info: silent, warn: silent, error: silent },
  signal: new AbortController().signal,
  progress: silent,
};

async function openFolder(sources: Readonly<Record<string, string | Uint8Array>>): Promise<Pick<Job, "folder" | "attemptId" | "pipeline">> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-extract-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "in"));
  for (const [name, bytes] of Object.entries(sources)) await writeFile(join(folder, "in", name), bytes);
  return { folder, attemptId: randomUUID(), pipeline: relay };
}

test("Each source becomes a text in out/ with its digest, or a reason; in the order of their numbers", { timeout: 20_000 }, async () => {
  const job = await openFolder({
    "S10.md": "# Leases\n\nA lease lasts 30 seconds.\r\n",
    "S2.pdf": toPdf([["A task is signed."], ["A receipt too."]]),
    "S3.zip": Buffer.from([0x50, 0x4b, 3, 4]),
    "S4.txt": Buffer.alloc(30 * 1024 * 1024, "long "),
    "S5.txt": `${"a ".repeat(9000)}\0`,
    "S6.docx": toDocx(paragraph("A lease.")),
    "brief.md": "What is a lease?",
  });
  const sources = await createExtractor().extract(job, context);
  expect(sources.map(({ id }) => id)).toEqual(["S2", "S3", "S4", "S5", "S6", "S10"]);
  const [pdf, zip, long, nul, docx, markdown] = sources;
  expect(await readFile(join(job.folder, "out", "S2.txt"), "utf8")).toBe("A task is signed.\n\f\nA receipt too.\n");
  expect(pdf?.text).toEqual({ name: "S2.txt", sha256: sha256Of("A task is signed.\n\f\nA receipt too.\n"), size: 35 });
  expect(docx?.text).toMatchObject({ name: "S6.txt", sha256: sha256Of("A lease.\n") });
  expect(zip).toMatchObject({ mediaType: "application/zip", unreadable: "it is a ZIP archive; unpack it, and give its files" });
  expect(long?.unreadable).toBe("its text has 30.0 MiB, and at most 8.0 MiB are read: give it in parts");
  expect(nul?.unreadable).toMatch(/^its text breaks the contract: expected text/);
  expect(markdown?.text?.sha256).toBe(sha256Of("# Leases\n\nA lease lasts 30 seconds.\r\n"));
});

test("A source that kills the process that reads it is recorded with how, and the others go on", { timeout: 60_000 }, async () => {
  const job = await openFolder({
    "S1.txt": "before",
    "S2.html": `<!doctype html>${"<p>a".repeat(1_500_000)}`,
    "S3.txt": "after",
  });
  const sources = await createExtractor({ memoryMiB: 64 }).extract(job, context);
  expect(sources.map(({ id, text }) => [id, text?.name])).toEqual([
    ["S1", "S1.txt"],
    ["S2", undefined],
    ["S3", "S3.txt"],
  ]);
  expect(sources[1]?.unreadable).toMatch(/^the process that read it /);
});

test(
  "A DOCX that lies about how large it becomes is stopped where it is found out, and said; the others go on",
  { timeout: 60_000 },
  async () => {
    const bomb = Buffer.from(toDocx(paragraph("a ".repeat(40 * 1024 * 1024))));
    // The sizes that the central directory tells, the largest of them made small.
    for (let at = bomb.indexOf("PK\u0001\u0002"); at >= 0; at = bomb.indexOf("PK\u0001\u0002", at + 4)) bomb.writeUInt32LE(1000, at + 24);
    const job = await openFolder({ "S1.docx": bomb, "S2.txt": "after" });
    const [first, second] = await createExtractor({ memoryMiB: 128 }).extract(job, context);
    expect(first?.unreadable).toMatch(/^(?:the process that read it |the DOCX can't be read: .*damaged or too large)/);
    expect(second?.text?.name).toBe("S2.txt");
  },
);

/** Source of a relay whose sources become `T1.md`, `T2.md`, …, and which dies of some of them. */
const otherRelay = `
import { anyRun, defineArtifact, definePipeline } from "${import.meta.resolve("@tasuki/protocol")}";
import { z } from "${import.meta.resolve("zod")}";
const file = { version: 1, mediaType: "text/plain", maxBytes: 1000, schema: z.string(), write: (text) => text };
const order = defineArtifact({ ...file, name: "order", file: "order.txt", read: (value) => ({ ok: true, value }) });
const read = (value) => (value.includes("deadly") ? process.kill(process.pid, "SIGKILL") : { ok: true, value });
const tale = defineArtifact({ ...file, name: "tale", file: "T*.md", many: true, read });
export const relay = definePipeline({
  module: import.meta.url, profiles: {}, intake: { brief: order, sources: tale }, given: [anyRun, order, tale], roles: [],
});
`;

test("Of a source that killed its reader no partial text stays, by the name that the relay gives it", { timeout: 20_000 }, async () => {
  const job = await openFolder({ "S1.txt": "before", "S2.txt": "deadly", "S3.txt": "after" });
  await writeFile(join(job.folder, "relay.ts"), otherRelay);
  const pipeline = await loadPipeline({ module: pathToFileURL(join(job.folder, "relay.ts")).href });
  await mkdir(join(job.folder, "out"));
  await writeFile(join(job.folder, "out", "T2.md"), "dea");
  const sources = await createExtractor().extract({ ...job, pipeline }, context);
  expect(sources.map(({ text }) => text?.name)).toEqual(["T1.md", undefined, "T3.md"]);
  expect((await readdir(join(job.folder, "out"))).sort()).toEqual(["T1.md", "T3.md"]);
});

test("An abort ends the child and rejects", { timeout: 20_000 }, async () => {
  const job = await openFolder({ "S1.txt": "text" });
  await expect(createExtractor().extract(job, { ...context, signal: AbortSignal.abort() })).rejects.toThrow(/cancelled/);
});

test("An extractor whose relay's files have changed since it started says so, and reads nothing", async () => {
  const job = await openFolder({ "S1.txt": "text" });
  const pipeline = { ...relay, roles: relay.roles.slice(0, 1) };
  await expect(createExtractor().extract({ ...job, pipeline }, context)).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringMatching(/and this node has started with nano: start the node again\.$/),
  });
  await expect(readFile(join(job.folder, "out", "S1.txt"))).rejects.toThrow("ENOENT");
});
