import { expect, test } from "vitest";
import { batched } from "./batched.ts";

async function* count(to: number, taken: (n: number) => void = () => undefined): AsyncGenerator<number, void, undefined> {
  for (let n = 0; n < to; n += 1) {
    taken(n);
    yield n;
  }
}

test("gives everything, in order, and in fewer turns than items once the reader is slower", async () => {
  const batches: (readonly number[])[] = [];
  for await (const batch of batched(count(100), 16)) {
    batches.push(batch);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(batches.flat()).toEqual([...Array(100).keys()]);
  expect(batches.length).toBeLessThan(50);
  expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(16);
});

test("reads no further ahead than it may", async () => {
  let read = 0;
  const batches = batched(
    count(1_000, () => (read += 1)),
    8,
  );
  await batches.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBeLessThanOrEqual(8 + 8 + 1);
  await batches.return();
});

test("reads as far ahead as sizes allow, and always one more", async () => {
  let read = 0;
  const items = count(1_000, () => (read += 1));
  const batches = batched(items, 8, (n) => (n < 4 ? 2 : 100));
  expect((await batches.next()).value).toEqual([0, 1, 2, 3]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await batches.next()).toEqual({ done: false, value: [4] });
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(6);
  await batches.return();
});

test("gives what came before a failure, then fails", async () => {
  async function* failing(): AsyncGenerator<number, void, undefined> {
    yield 1;
    throw new Error("cut");
  }
  const batches = batched(failing(), 8);
  await expect(batches.next()).resolves.toEqual({ done: false, value: [1] });
  await expect(batches.next()).rejects.toThrow("cut");
});

test("ends its source when the reader stops", async () => {
  let ended = false;
  async function* source(): AsyncGenerator<number, void, undefined> {
    try {
      yield* count(1_000);
    } finally {
      ended = true;
    }
  }
  for await (const _ of batched(source(), 4)) break;
  expect(ended).toBe(true);
});
