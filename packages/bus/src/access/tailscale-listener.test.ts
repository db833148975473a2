import type { RequestListener } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { quiet } from "../testing/bus-fixture.ts";
import { addresses, machineOf, machines, openTailscale } from "../testing/tailscale-fixture.ts";
import { listenOnTailnet } from "./tailscale-listener.ts";

// Addresses of 127.0.0.0/8 stand for those of a tailnet: Linux lets a process listen on each of them.
const onLinux = { skip: process.platform !== "linux" };
const at = (address: string) => [machineOf("main", address), ...machines.slice(1)];
const app: RequestListener = (_req, res) => void res.end("here");
const answer = (url: string) =>
  fetch(url).then(
    (response) => response.text(),
    () => "nobody",
  );
const listenOn = ({ tailnet }: Awaited<ReturnType<typeof openTailscale>>, options: { host?: string; signal?: AbortSignal } = {}) => {
  const said: string[] = [];
  const logger = { ...quiet, warn: (_fields: object, message: string) => void said.push(message) };
  return { said, listening: listenOnTailnet({ app, port: 0, tailnet, logger, random: () => 0, ...options }) };
};

test("a machine that has another role's tag, or none, does not listen", async () => {
  await using other = await openTailscale({ fake: [machineOf("editor", addresses.main)] });
  await expect(listenOn(other).listening).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringMatching(/tag:tasuki-editor.*tag:tasuki-main/),
  });
  await using none = await openTailscale({ fake: [{ name: "main", address: addresses.main }] });
  await expect(listenOn(none).listening).rejects.toMatchObject({ code: "invalid_state", message: expect.stringContaining("no tag") });
});

test("the bus waits for the tailnet, says so, and listens when it runs", onLinux, async () => {
  await using main = await openTailscale({ blind: true, fake: at("127.0.1.1") });
  const { said, listening } = listenOn(main);
  expect(said).toEqual([expect.stringContaining("waiting for the tailnet")]);
  await main.see();
  await using bus = await listening;
  expect(new URL(bus.url).hostname).toBe("127.0.1.1");
  expect(await answer(bus.url)).toBe("here");
});

test("a wait for the tailnet can be ended", async () => {
  await using main = await openTailscale({ blind: true });
  const stopping = new AbortController();
  const { listening } = listenOn(main, { signal: stopping.signal });
  stopping.abort(new Error("SIGTERM"));
  await expect(listening).rejects.toThrow("SIGTERM");
});

test("an address that is not on the machine yet is tried again", onLinux, async () => {
  await using main = await openTailscale({ fake: at("192.0.2.1") });
  const { said, listening } = listenOn(main);
  while (said.length === 0) await turn();
  expect(said).toEqual([expect.stringContaining("not on this machine yet")]);
  main.fake.machines = at("127.0.1.1");
  await using bus = await listening;
  expect(await answer(bus.url)).toBe("here");
});

test("when the machine's address changes, the bus moves there", onLinux, async () => {
  await using main = await openTailscale({ fake: at("127.0.1.1") });
  await using bus = await listenOn(main).listening;
  const before = bus.url;
  main.fake.machines = at("127.0.1.2");
  while (bus.url === before) await turn();
  expect(new URL(bus.url).hostname).toBe("127.0.1.2");
  expect(await answer(bus.url)).toBe("here");
  expect(await answer(before)).toBe("nobody");
});

test("while the tailnet is away the listener stays, and goes on when it is back", onLinux, async () => {
  await using main = await openTailscale({ fake: at("127.0.1.1") });
  await using bus = await listenOn(main).listening;
  await main.fake.stop();
  await main.until("down");
  expect(await answer(bus.url)).toBe("here");
  await main.see();
  expect(await answer(bus.url)).toBe("here");
});
