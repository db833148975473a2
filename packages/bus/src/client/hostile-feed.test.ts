// Feed of a node that is taken over: it is read no further than its first entry that is no entry.
import type { ServerResponse } from "node:http";
import type { FeedEntry } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { beginFeed, startLyingNode } from "../testing/lying-node.ts";
import { answerLimits } from "./answer-limits.ts";

/** Bytes that the kernel takes from a sender before anybody reads them, at most: net.ipv4.tcp_rmem and tcp_wmem. */
const buffered = 16_000_000;
const receipt = { payload: "e30=", payloadType: "application/vnd.in-toto+json", signatures: [{ sig: "c2ln" }] };
const entry = (index: number, changes: object = {}) => ({ index, leaf: "{}", envelopes: [receipt], ...changes });
const send = (res: ServerResponse, one: { index: number }) => res.write(`id: ${one.index}\ndata: ${JSON.stringify(one)}\n\n`);

/** Follows a feed to its end, or to `most` entries. */
async function follow(entries: AsyncIterable<FeedEntry>, most: number): Promise<readonly FeedEntry[]> {
  const seen: FeedEntry[] = [];
  for await (const one of entries) {
    seen.push(one);
    if (seen.length === most) break;
  }
  return seen;
}

test.for([
  ["50,000 envelopes", { envelopes: Array.from({ length: 50_000 }, () => receipt) }, "more than 1000 values"],
  ["17 envelopes", { envelopes: Array.from({ length: 17 }, () => receipt) }, "envelopes: expected array to have <=16 items"],
  ["a leaf of 100 KB", { leaf: "x".repeat(100_000) }, "leaf: expected string to have <=16384 characters"],
  ["5 MB", { leaf: "x".repeat(5_000_000) }, "more than 4194304 bytes"],
  ["a thousand lists in each other", { later: JSON.parse("[".repeat(1_000) + "]".repeat(1_000)) as unknown }, "more than 64 levels"],
] as const)("an entry of %s is refused, those before it count, and the connection ends", async ([, changes, why]) => {
  await using node = await startLyingNode((_req, res) => {
    beginFeed(res);
    send(res, entry(0));
    send(res, entry(1, changes));
    send(res, entry(2));
  });
  const seen: FeedEntry[] = [];
  const reading = (async () => {
    for await (const one of node.client.watch(0, { signal: AbortSignal.timeout(20_000) })) seen.push(one);
  })();
  await expect(reading).rejects.toMatchObject({ code: "answer_invalid", message: expect.stringContaining(why) });
  expect(seen).toEqual([entry(0)]);
  await expect.poll(node.connections).toBe(0);
});

test.for([
  ["a line that does not end", Buffer.alloc(65_536, "a"), 'data: "'],
  ["an event of lines without end", Buffer.from("data: 1,2,3\n".repeat(1_000)), ""],
] as const)("%s is read to the limit of an entry", async ([, chunk, head]) => {
  await using node = await startLyingNode((_req, res, pour) => {
    beginFeed(res);
    res.write(head);
    pour(chunk);
  });
  await expect(follow(node.client.watch(0, { signal: AbortSignal.timeout(20_000) }), 1)).rejects.toMatchObject({ code: "answer_invalid" });
  expect(node.poured()).toBeLessThan(answerLimits.entry.bytes + buffered);
  await expect.poll(node.connections).toBe(0);
});

// guarantees: R7.share
test("an event in chunks of one byte is refused", async () => {
  await using node = await startLyingNode((_req, res) => {
    beginFeed(res);
    // Bytes that `write` has written go out at the end of its turn.
    setImmediate(() => res.socket?.write("1\r\n \r\n".repeat(20_000)));
  });
  await expect(follow(node.client.watch(0, { signal: AbortSignal.timeout(20_000) }), 1)).rejects.toMatchObject({
    message: expect.stringContaining("pieces of a few bytes"),
  });
  await expect.poll(node.connections).toBe(0);
});

test("a feed in gzip is not unpacked", async () => {
  await using node = await startLyingNode((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" }).end("garbage");
  });
  await expect(follow(node.client.watch(0, { signal: AbortSignal.timeout(20_000) }), 1)).rejects.toMatchObject({
    message: expect.stringContaining("its content-encoding is 'gzip'"),
  });
});

test("of an entry the known fields are kept, and one as large as nodes write it is read", async () => {
  const task = { payload: "a".repeat(2_666_668), payloadType: "application/vnd.tasuki.task+json", signatures: [{ sig: "c2ln" }] };
  const taken = { ...receipt, payload: "b".repeat(640_000) };
  await using node = await startLyingNode((_req, res) => {
    beginFeed(res);
    send(res, entry(0, { later: { a: 1 }, envelopes: [{ ...receipt, later: 1 }] }));
    send(res, entry(1, { envelopes: [taken, task] }));
    for (let index = 2; index < 2_000; index += 1) send(res, entry(index, { leaf: "x".repeat(10_000) }));
  });
  const [first, second, ...others] = await follow(node.client.watch(0, { signal: AbortSignal.timeout(20_000) }), 2_000);
  expect(first).toStrictEqual(entry(0));
  expect(second?.envelopes).toEqual([taken, task]);
  expect(others).toHaveLength(1_998);
});

test("a slow reader holds a few large entries, whatever comes", async () => {
  let sent = 0;
  const large = { ...receipt, payload: "a".repeat(3_000_000) };
  await using node = await startLyingNode((req, res) => {
    beginFeed(res);
    const { from } = JSON.parse(new URL(req.url ?? "", "http://node.invalid").searchParams.get("input") ?? "") as { from: number };
    const next = (index: number): void => {
      if (req.socket.destroyed || index === 40) return;
      sent += 1;
      res.write(`id: ${index}\ndata: ${JSON.stringify(entry(index, { envelopes: [large] }))}\n\n`, () => next(index + 1));
    };
    next(from);
  });
  const feed = node.client.watch(0, { signal: AbortSignal.timeout(60_000) })[Symbol.asyncIterator]();
  expect((await feed.next()).value).toMatchObject({ index: 0 });
  // The connection is given up while three of them wait.
  await expect.poll(node.connections, { timeout: 20_000 }).toBe(0);
  expect(sent).toBeLessThan(20);
  for (let index = 1; index < 40; index += 1) expect((await feed.next()).value).toMatchObject({ index });
});
