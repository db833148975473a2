import { expect, test } from "vitest";
import { createBackground } from "./background.ts";

/** Background whose clock is ahead by what is asked for: waits are over at once. */
function open({ random = () => 0 } = {}) {
  const said: string[] = [];
  const say = (fields: object, message: string): void => void said.push(`${message} ${JSON.stringify(fields, ["run", "what", "unsaid"])}`);
  const logger = { debug: () => undefined, info: say, warn: say, error: say };
  let now = 0;
  const clock = { monotonic: () => (now += 300_000) };
  return { background: createBackground({ logger, clock, random }), said };
}

// guarantees: R10.pictures
test("work that failed is done again until it succeeds, and is told of twice: when it failed, and when it is done", async () => {
  const { background, said } = open();
  await using _ = background;
  let tries = 0;
  const done = Promise.withResolvers<void>();
  background.begin(
    "the archive of a run",
    async () => {
      if ((tries += 1) < 5) throw new Error("EMFILE");
      done.resolve();
    },
    { run: "a" },
  );
  await done.promise;
  await expect.poll(() => said.length).toBe(2);
  expect([tries, said]).toEqual([
    5,
    [
      'work in the background failed; it is tried again {"run":"a","what":"the archive of a run"}',
      'work in the background that had failed is done {"run":"a","what":"the archive of a run"}',
    ],
  ]);
});

test("work that fails for ever holds up no other, is done no more once it is ended", async () => {
  const { background } = open();
  let tries = 0;
  const fail = async (): Promise<never> => {
    tries += 1;
    throw new Error("it is damaged");
  };
  for (let run = 0; run < 100; run += 1) background.begin("an archive", fail);
  let isDone = false;
  background.putOff("another archive", async () => void (isDone = true));
  await expect.poll(() => [isDone, tries > 300]).toEqual([true, true]);
  await background[Symbol.asyncDispose]();
  const before = tries;
  background.begin("an archive", fail);
  await new Promise(setImmediate);
  expect(tries).toBe(before);
});

test("the end waits for what has begun", async () => {
  const { background } = open();
  const work = Promise.withResolvers<void>();
  const order: string[] = [];
  background.begin("work", () => work.promise.then(() => void order.push("done")));
  const ended = background[Symbol.asyncDispose]().then(() => order.push("ended"));
  work.resolve();
  await ended;
  expect(order).toEqual(["done", "ended"]);
});
