// `tasuki` with a main that is elsewhere: over the tailnet by its machine's identity, and over the loopback door with a session.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toMainUrl } from "../cli/options.ts";
import { openEveryDoor } from "../testing/open-every-door.ts";
import { tasuki } from "../testing/run-tasuki.ts";

describe("a main elsewhere", { skip: process.platform !== "linux" }, () => {
  let doors: Awaited<ReturnType<typeof openEveryDoor>>;
  beforeAll(async () => {
    doors = await openEveryDoor();
  }, 60_000);
  afterAll(() => doors[Symbol.asyncDispose]());
  const overTailnet = (...args: string[]) => tasuki([...args, "--main", doors.urls.tailnet]);

  test("is asked by the same commands, with the same answers; what is recorded is who the tailnet says is asking", async () => {
    const started = await tasuki(["run", "-", "--json", "--main", doors.urls.tailnet], { stdin: "What is a receipt?" });
    expect(started).toMatchObject({ code: 0 });
    const { run } = JSON.parse(started.stdout) as { run: string };
    const there = JSON.parse((await overTailnet("ls", "--json")).stdout) as { runs: { id: string }[] };
    expect(there.runs.map(({ id }) => id)).toEqual([run]);
    expect((await overTailnet("show", "last")).stdout).toContain(run);
    const cancelled = await overTailnet("cancel", run, "--reason", "a test");
    expect(cancelled).toMatchObject({ code: 0, stderr: expect.stringContaining(`--main ${doors.urls.tailnet}`) });
    const { store } = doors.main.relay.node("main");
    expect((await store.task(run))?.from).toBe("ops:operate@example.com");
    expect([...(await store.evidenceOf(run)).texts.values()]).toContain("cancelled by ops:operate@example.com: a test");
  });

  test("refuses what its caller's level does not have, says what is needed, and changes nothing", async () => {
    const { code, stderr } = await overTailnet("answer", "01a20ed8-0000-756e-8e5f-b0ba1c5c733f", "the second edition");
    expect(code).toBe(4);
    expect(stderr).toBe(
      "tasuki: ops:operate@example.com may operate on main's operator API, and no more: 'answer' needs the level 'decide', which people.json gives (docs/tailnet.md).\n",
    );
  });

  test("lets a session of the loopback door in by the secret that the environment has, which no other main is told", async () => {
    const { loopback: main, tailnet } = doors.urls;
    expect(await tasuki(["ls"], { env: { main } })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("no bearer token of a session"),
    });
    const made = await tasuki(["link", "--level", "read", "--as", "panel", "--data", doors.data]);
    expect(made.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#link=[\w-]{43}\n$/);
    expect(made.stderr).toMatch(/within 5 minutes.*may look, and is recorded as session:panel/);
    const link = /#link=(.*)\n/.exec(made.stdout)?.[1];
    const opened = await doors.byLoopback(undefined, "/operator/session", { method: "POST", body: JSON.stringify({ link }) });
    const { secret: session } = (opened.body as { result: { data: { secret: string } } }).result.data;
    expect(await tasuki(["ls"], { env: { main, session } })).toMatchObject({ code: 0 });
    const denied = await tasuki(["cancel", "last"], { env: { main, session } });
    expect(denied).toMatchObject({ code: 4, stderr: expect.stringContaining("session:panel may look") });
    expect((await tasuki(["ls", "--main", tailnet], { env: { session } })).code).toBe(0);
  });

  test("is named once: by its data folder or by its address; a link is made over main's own socket, whatever main is named", async () => {
    expect(await overTailnet("ls", "--data", doors.data)).toMatchObject({ code: 2 });
    expect(await tasuki(["ls"], { env: { main: "https://main" } })).toMatchObject({
      code: 7,
      stderr: expect.stringContaining("TASUKI_MAIN is"),
    });
    expect(await tasuki(["ls", "--main", "https://main"])).toMatchObject({ code: 2 });
    const link = await tasuki(["link", "--json", "--data", doors.data], { env: { main: doors.urls.tailnet } });
    expect(JSON.parse(link.stdout)).toMatchObject({ link: { level: "decide", principal: expect.stringMatching(/^session:[0-9a-f]{8}$/) } });
    // The relay's own main has no door on 127.0.0.1.
    const none = await tasuki(["link", "--data", doors.main.data]);
    expect(none).toMatchObject({ code: 5, stderr: expect.stringContaining('"operator": { "listen": ["loopback"] }') });
  });

  test("that does not answer is told with what opens its door, and ends with 6", async () => {
    const { code, stderr } = await tasuki(["ls", "--main", "http://127.0.1.77:9"]);
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr: expect.stringMatching(
        /No operator API of a main answers at http:\/\/127\.0\.1\.77:9: .*ECONNREFUSED.*config\.jsonc.*acl explain ops main operator/,
      ),
    });
  });
});

test.each([
  ["100.64.0.1", "http://100.64.0.1:18199"],
  ["http://100.64.0.1", "http://100.64.0.1:18199"],
  ["http://100.64.0.1/", "http://100.64.0.1:18199"],
  ["main:18200", "http://main:18200"],
  ["[fd7a::1]", "http://[fd7a::1]:18199"],
  ["http://main:80", "http://main"],
  ["https://main", undefined],
  ["http://main/console", undefined],
  ["http://ann@main", undefined],
  ["http://main/?a", undefined],
  ["", undefined],
])("the address %j of a main is %j", (text, url) => {
  expect(toMainUrl(text)).toBe(url);
});
