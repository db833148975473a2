import { expect, test } from "vitest";
import { createKeyedLock } from "./keyed-lock.ts";

test("work of one key runs one after another, in the order in which it was asked for", async () => {
  const lock = createKeyedLock();
  const first = Promise.withResolvers<void>();
  const seen: string[] = [];
  const one = lock(["a"], async () => {
    await first.promise;
    seen.push("one");
  });
  const two = lock(["a"], async () => void seen.push("two"));
  await lock(["b"], async () => void seen.push("other"));
  first.resolve();
  await Promise.all([one, two]);
  expect(seen).toEqual(["other", "one", "two"]);
});

test("work of several keys waits for all of them, and two such can't wait for each other", async () => {
  const lock = createKeyedLock();
  const seen: string[] = [];
  await Promise.all([
    lock(["a", "b"], async () => void seen.push("ab")),
    lock(["b", "a"], async () => void seen.push("ba")),
    lock(["a"], async () => void seen.push("a")),
  ]);
  expect(seen).toEqual(["ab", "ba", "a"]);
});

test("a failure reaches its caller, and frees the key", async () => {
  const lock = createKeyedLock();
  const failing = lock(["a"], () => Promise.reject(new Error("no")));
  const next = lock(["a"], async () => "done");
  await expect(failing).rejects.toThrow("no");
  await expect(next).resolves.toBe("done");
});
