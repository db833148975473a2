import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Attachment, type Logger, sha256Of, type TaskPayload, TasukiError } from "@tasuki/protocol";
import { payloadDigest, toManifest } from "@tasuki/evidence";
import { expect, test } from "vitest";
import { openStore, publish, type RunChange, type Store } from "@tasuki/store";
import { endlessDisk, handOffOf, id, openFolder, payloadOf, putBlob, receiptOf, requestOf, run, sha256 } from "@tasuki/store/testing";
import { createProjections } from "./projections.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const nothing: RunChange = { runs: [], outbox: [], supersede: [], envelopes: [], attachments: [], events: [] };

async function openNode() {
  const opened = await openFolder((folder, options) => openStore({ folder, ...options }));
  const logged: string[] = [];
  const log = (_: object, message: string): void => void logged.push(message);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const disk = { hasRoom: true };
  const diskFloor = {
    async reserve(bytes: number) {
      if (!disk.hasRoom) throw new TasukiError("disk_full", "there is no room");
      return endlessDisk.reserve(bytes);
    },
  };
  const projections = createProjections({ folder: opened.folder, store: opened.store, logger, diskFloor });
  const at = (...path: string[]): string => join(opened.folder, ...path);
  return {
    ...opened,
    store: opened.store,
    projections,
    diskFloor,
    disk,
    logged,
    at,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

async function acceptWork(store: Store, more: Partial<TaskPayload> = {}, id = one): Promise<void> {
  const brief = await putBlob(store, "What did they agree on?\n", { name: "brief.md", contract: "brief@1" });
  const about = await putBlob(
    store,
    JSON.stringify({
      brief: brief.sha256,
      sources: [
        {
          id: "S1",
          raw: { name: "S1.pdf", sha256: sha256Of("a scan"), size: 6, mediaType: "application/pdf" },
          label: "a scan",
          unreadable: "no text",
        },
      ],
    }),
    {
      name: "run.json",
      contract: "run@1",
    },
  );
  const payload = payloadOf({ id, attachments: [about, brief], ...more });
  await store.accept(requestOf(payload), receiptOf("accepted", id));
}

async function produce(store: Store, text: string, task = one): Promise<Attachment> {
  const output = await putBlob(store, text, { name: "found.md" });
  const claimed = await store.claim({ now: 1_000, leaseMs: 5_000 }, () => receiptOf("started", task));
  await store.complete({ task, attempt: claimed?.attempt ?? 0 }, { state: "produced", outputs: [output] }, () =>
    receiptOf("produced", task),
  );
  return output;
}

const checksum = (folder: string) => promisify(execFile)("sha256sum", ["--strict", "-c", "manifest-sha256.txt"], { cwd: folder });

test("a task's files appear as links to the blobs: what came in, then what was made of it", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await node.projections.task(one);
  expect(await readdir(node.at("inbox", run, "finder.1"))).toEqual(["brief.md", "run.json"]);
  const output = await produce(node.store, "found");
  await node.projections.task(one);
  await node.projections.task(one);
  const file = node.at("artifacts", run, "finder.1", "found.md");
  expect(await readFile(file, "utf8")).toBe("found");
  expect((await stat(file)).ino).toBe((await stat(node.at("blobs", output.sha256.slice(0, 2), output.sha256))).ino);
});

// guarantees: R9.copied
test("a node's archive holds its files and every signed message of the run, and sha256sum agrees", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await produce(node.store, "found");
  const close = payloadOf({ id: two, kind: "close", bundle: sha256("main's manifest") });
  await node.store.accept(requestOf(close), receiptOf("archived", two));
  await Promise.all([node.projections.archive(run), node.projections.archive(run)]);
  const folder = node.at("archive", run);
  expect(await readdir(folder)).toEqual(["SUMMARY.md", "brief.md", "evidence.jsonl", "found.md", "manifest-sha256.txt", "run.json"]);
  const { stdout } = await checksum(folder);
  // Three files, and the messages: the two tasks, and four receipts.
  expect(stdout.match(/: OK$/gm)).toHaveLength(4);
  const lines = (await readFile(join(folder, "evidence.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual((await node.store.evidenceOf(run)).envelopes);
  expect(lines).toHaveLength(6);
  const summary = await readFile(join(folder, "SUMMARY.md"), "utf8");
  expect(summary).toContain("> What did they agree on?");
  expect(summary).toContain("S1.pdf (a scan) can't be read: no text");
  expect(summary).toContain(close.bundle);
});

// guarantees: R9.bundle
test("main's archive is the manifest that was signed, byte for byte, and the documents as they came beside it", async () => {
  await using node = await openNode();
  const { store } = node;
  const source = await putBlob(store, "%PDF-", { name: "S1.pdf", contract: "source@1" });
  const row = { id: run, version: 0, epoch: 1, ended: true, state: {}, createdAt: 1 };
  const asked = payloadOf({ id: run, kind: "run", stage: "main", epoch: 0, attachments: [source] });
  await store.accept(requestOf(asked, { run: row }), receiptOf("accepted", run));
  // The file is pulled from its node: main has no task of that id.
  const final = await putBlob(store, "final", { name: "final.txt" });
  const receipt = (await store.feed(0, 1))[0]?.envelopes[0];
  const evidence = receipt === undefined ? "" : payloadDigest(receipt);
  const manifest = toManifest([
    { path: "final.txt", sha256: final.sha256 },
    { path: `evidence/${evidence}.json`, sha256: evidence },
  ]);
  const bundle = await publish(store, Buffer.from(manifest), { now: 1_000 });
  const close = payloadOf({ id: three, kind: "close", bundle: bundle.sha256 });
  await store.change({
    ...nothing,
    outbox: [handOffOf(three, { payload: close })],
    attachments: [{ ...final, task: two, direction: "out", attempt: 1 }],
  });
  await node.projections.rebuild();
  const folder = node.at("archive", run);
  expect(await readFile(join(folder, "manifest-sha256.txt"), "utf8")).toBe(manifest);
  expect((await checksum(folder)).stdout.match(/: OK$/gm)).toHaveLength(2);
  expect(await readdir(join(folder, "evidence"))).toEqual([`${evidence}.json`]);
  const lines = (await readFile(join(folder, "evidence.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual((await store.evidenceOf(run)).envelopes);
  expect(await readFile(join(folder, "sources", "S1.pdf"), "utf8")).toBe("%PDF-");
  expect(node.logged).toEqual([]);
});

test("a manifest that names other places writes nothing", async () => {
  await using node = await openNode();
  const planted = await putBlob(node.store, `${sha256("x")}  ../../keys/receipt.pem\n`);
  const close = payloadOf({ id: two, kind: "close", bundle: planted.sha256 });
  const row = { id: run, version: 0, epoch: 1, ended: true, state: {}, createdAt: 1 };
  const asked = payloadOf({ id: run, kind: "run", stage: "main", epoch: 0, attachments: [] });
  await node.store.accept(requestOf(asked, { run: row }), receiptOf("accepted", run));
  await node.store.change({ ...nothing, outbox: [handOffOf(two, { payload: close })] });
  await expect(node.projections.archive(run)).rejects.toMatchObject({ code: "malformed_message" });
  expect(await readdir(node.folder)).not.toContain("archive");
});

// guarantees: R11.contained
test("the archive of a role's node has the files of its own work, whatever bundle it is told to close the run with", async () => {
  await using node = await openNode();
  const file = await putBlob(node.store, "what the node has");
  const planted = await putBlob(
    node.store,
    toManifest(Array.from({ length: 100 }, (_, nth) => ({ path: `planted-${nth}`, sha256: file.sha256 }))),
  );
  const close = payloadOf({ id: two, kind: "close", bundle: planted.sha256 });
  await node.store.accept(requestOf(close), receiptOf("archived", two));
  await node.projections.archive(run);
  await node.projections.rebuild();
  expect([await readdir(node.folder), node.logged]).toEqual([expect.not.arrayContaining(["archive"]), []]);
  const other = id(9);
  await acceptWork(node.store, { run: other }, three);
  await produce(node.store, "found", three);
  const its = payloadOf({ id: id(4), run: other, kind: "close", bundle: planted.sha256 });
  await node.store.accept(requestOf(its), receiptOf("archived", its.id));
  await node.projections.archive(other);
  const own = ["SUMMARY.md", "brief.md", "evidence.jsonl", "found.md", "manifest-sha256.txt", "run.json"];
  expect(await readdir(node.at("archive", other))).toEqual(own);
});

// guarantees: R1.disk-full
// guarantees: R10.pictures
test("below the disk's floor no archive is written, nor is a file copied where it can't be a link; what is missing then is told, and made up for", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await node.store.accept(requestOf(payloadOf({ id: two, kind: "close" })), receiptOf("archived", two));
  node.disk.hasRoom = false;
  expect(await node.projections.rebuild()).toEqual([two]);
  const written = async (): Promise<string[]> => (await readdir(node.folder)).filter((name) => ["archive", "inbox"].includes(name));
  expect([await written(), node.logged]).toEqual([["inbox"], [expect.stringContaining("they are tried again")]]);
  await expect(node.projections.restore(two)).rejects.toMatchObject({ code: "disk_full" });
  node.disk.hasRoom = true;
  await node.projections.restore(two);
  expect(await written()).toEqual(["archive", "inbox"]);
  expect(await node.projections.rebuild()).toEqual([]);
});

test("what is missing is written again at the next start", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await produce(node.store, "found");
  await node.store.accept(requestOf(payloadOf({ id: two, kind: "close" })), receiptOf("archived", two));
  await node.projections.rebuild();
  const files = async () =>
    (await readdir(node.folder, { recursive: true })).filter((path) => /^(inbox|artifacts|archive)/.test(path)).sort();
  const before = await files();
  for (const area of ["inbox", "artifacts", "archive"]) await rm(node.at(area), { recursive: true });
  await node.projections.rebuild();
  expect(await files()).toEqual(before);
  expect(before).toContain(join("archive", run, "SUMMARY.md"));
  expect(before).toContain(join("artifacts", run, "finder.1", "found.md"));
});

// guarantees: R10.pictures
test("what a loss of power left empty is written again at the next start", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await produce(node.store, "found");
  await node.store.accept(requestOf(payloadOf({ id: two, kind: "close" })), receiptOf("archived", two));
  await node.projections.rebuild();
  const pictures = [join("artifacts", run, "finder.1", "found.md"), join("inbox", run, "finder.1", "brief.md")];
  const all = [...pictures, ...["SUMMARY.md", "evidence.jsonl", "found.md"].map((name) => join("archive", run, name))];
  const read = () => Promise.all(all.map((path) => readFile(node.at(path), "utf8")));
  const before = await read();
  for (const path of all) {
    await chmod(node.at(path), 0o600);
    await writeFile(node.at(path), "");
  }
  await node.projections.rebuild();
  expect(await read()).toEqual(before);
});

test("a long history is looked through in turns: whoever waits meanwhile is answered between them, also where no task has a file", async () => {
  await using node = await openNode();
  const accept = (nth: number) => {
    const nudge = payloadOf({ id: id(100 + nth), kind: "nudge" });
    return node.store.accept(requestOf(nudge), receiptOf("accepted", nudge.id));
  };
  await Promise.all(Array.from({ length: 400 }, (_, nth) => accept(nth)));
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await node.projections.rebuild();
  isOver = true;
  expect(turns).toBeGreaterThan(4);
});

test("files put there by hand are named, with the command that does it properly", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await produce(node.store, "found");
  await node.projections.task(one);
  expect(await node.projections.foreignFiles()).toEqual([]);
  await mkdir(node.at("inbox", "drop"), { recursive: true });
  await writeFile(node.at("inbox", "drop", "task.json"), "{}");
  await writeFile(node.at("artifacts", run, "finder.1", "another.md"), "more");
  await writeFile(node.at("artifacts", run, "brief.md"), "mine");
  const found = await node.projections.foreignFiles();
  const shown = found.map(({ path, instead }) => `${path}: ${instead.split(" ").slice(0, 2).join(" ")}`);
  expect(shown.sort()).toEqual([
    `${join("artifacts", run, "brief.md")}: tasuki run`,
    `${join("artifacts", run, "finder.1", "another.md")}: tasuki retry`,
    `${join("inbox", "drop", "task.json")}: tasuki run`,
  ]);
});

test("a file whose bytes were changed is named, also where its length is the same", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await produce(node.store, "found");
  await node.projections.task(one);
  await node.projections.foreignFiles();
  const file = node.at("artifacts", run, "finder.1", "found.md");
  await chmod(file, 0o640);
  await writeFile(file, "faked");
  expect(await node.projections.foreignFiles()).toMatchObject([
    {
      path: join("artifacts", run, "finder.1", "found.md"),
      why: expect.stringContaining("changed"),
      instead: expect.stringContaining(run),
    },
  ]);
});

/** A folder that is none of the node's, with a file in it. */
async function makeElsewhere(node: Awaited<ReturnType<typeof openNode>>): Promise<string> {
  const elsewhere = `${node.folder}-elsewhere`;
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, "private.txt"), "not the relay's");
  return elsewhere;
}

test.each([{ link: ["inbox"] }, { link: ["inbox", run] }, { link: ["inbox", run, "finder.1"] }])(
  "a link in place of $link leads nothing to where it points, and is said to be in the way",
  async ({ link }) => {
    await using node = await openNode();
    const elsewhere = await makeElsewhere(node);
    await acceptWork(node.store);
    await mkdir(node.at(...link.slice(0, -1)), { recursive: true });
    await symlink(elsewhere, node.at(...link));
    await expect(node.projections.task(one)).rejects.toMatchObject({
      code: "invalid_state",
      message: expect.stringContaining(node.at(...link)),
    });
    expect(await readdir(elsewhere)).toEqual(["private.txt"]);
    expect(await node.projections.foreignFiles()).toMatchObject([
      { path: join(...link), why: expect.stringContaining("no task put it there") },
    ]);
    await rm(node.at(...link));
    await node.projections.task(one);
    expect(await readdir(node.at("inbox", run, "finder.1"))).toEqual(["brief.md", "run.json"]);
    await rm(elsewhere, { recursive: true });
  },
);

test("links in an archive are replaced by the files themselves, and what they point to stays as it is", async () => {
  await using node = await openNode();
  const elsewhere = await makeElsewhere(node);
  await acceptWork(node.store);
  await node.projections.archive(run);
  const paths = ["brief.md", "manifest-sha256.txt", "evidence.jsonl"];
  const before = await Promise.all(paths.map((path) => readFile(node.at("archive", run, path))));
  for (const [at, path] of paths.entries()) {
    await rm(node.at("archive", run, path));
    // The same bytes, or nothing at all, at the other end.
    if (at === 1) await symlink(join(elsewhere, "gone"), node.at("archive", run, path));
    else {
      await writeFile(join(elsewhere, String(at)), before[at] ?? "");
      await symlink(join(elsewhere, String(at)), node.at("archive", run, path));
    }
  }
  await node.projections.archive(run);
  expect(await Promise.all(paths.map(async (path) => (await lstat(node.at("archive", run, path))).isFile()))).toEqual([true, true, true]);
  expect(await Promise.all(paths.map((path) => readFile(node.at("archive", run, path))))).toEqual(before);
  expect((await readdir(elsewhere)).sort()).toEqual(["0", "2", "private.txt"]);
  await rm(elsewhere, { recursive: true });
});

// guarantees: R11.given-out
test("of a run whose work was given up no picture is left, and no other run's is touched", async () => {
  await using node = await openNode();
  await acceptWork(node.store);
  await acceptWork(node.store, { run: id(9, 1) }, two);
  await Promise.all([one, two].map((task) => node.projections.task(task)));
  await node.projections.forget(run);
  expect(await readdir(node.at("inbox"))).toEqual([id(9, 1)]);
  await node.projections.forget(run);
});
