import { once } from "node:events";
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { type BusFixture, startBus, tokenOf } from "../testing/bus-fixture.ts";
import { mostFollowers } from "./followers.ts";

/** Begins to follow the feed of a bus, and resolves with the answer's head. */
async function follow(bus: BusFixture, as: string): Promise<{ call: ClientRequest; response: IncomingMessage }> {
  const headers = await tokenOf(bus.folder, as);
  const call = get({ host: "127.0.0.1", port: bus.port, path: "/trpc/watch?input=%7B%7D", agent: false, headers });
  call.on("error", () => undefined);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return { call, response };
}

const many = <T>(count: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, make));

// guarantees: R5.followers
test("of 200 connections that follow a feed for one caller as many are taken as may be; the others are told, and other callers are not in their way", async () => {
  await using bus = await startBus("editor");
  const asked = await many(200, () => follow(bus, "operator"));
  const refused = asked.filter(({ response }) => response.statusCode !== 200);
  expect(bus.watchers()).toBe(mostFollowers.ofCaller);
  expect(refused).toHaveLength(200 - mostFollowers.ofCaller);
  const [first] = refused;
  expect(first?.response.headers["retry-after"]).toBe("5");
  expect(first && JSON.parse(await text(first.response))).toMatchObject({
    error: {
      data: {
        problem: {
          code: "unavailable",
          status: 503,
          detail: expect.stringMatching(/64 connections of ops:operator follow already.*GET \/status\?from=0/),
        },
      },
    },
  });
  const others = await follow(bus, "main");
  expect(others.response.statusCode).toBe(200);
  for (const { call } of [...asked, others]) call.destroy();
  await expect.poll(bus.watchers).toBe(0);
  const again = await follow(bus, "operator");
  expect(again.response.statusCode).toBe(200);
  again.call.destroy();
});

test("who follows is asked once for all connections of a caller, however many there are", async () => {
  let questions = 0;
  let granted = true;
  await using bus = await startBus("editor", { grants: () => ((questions += 1), granted) });
  const asked = await many(40, () => follow(bus, "operator"));
  questions = 0;
  await expect.poll(() => questions, { timeout: 10_000 }).toBe(1);
  granted = false;
  await expect.poll(bus.watchers, { timeout: 10_000 }).toBe(0);
  // One question more ends them all.
  expect(questions).toBeLessThanOrEqual(3);
  for (const { call } of asked) call.destroy();
});
