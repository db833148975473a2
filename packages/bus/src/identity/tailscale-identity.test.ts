import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeIdentity } from "../testing/describe-identity.ts";
import type { FakeMachine } from "../testing/fake-local-api.ts";
import { addresses, laptop, machineOf, machines, openTailscale, roster } from "../testing/tailscale-fixture.ts";

describeIdentity("tailscale", openTailscale);

const editor = machineOf("editor", addresses.editor);
const peer = (address: string) => ({ address, port: 40_000 });
const without = (name: string) => machines.filter((machine) => machine.name !== name);
const whois = (asked: readonly string[]) => asked.filter((url) => url.includes("whois"));

test.each<{ what: string; machine: FakeMachine }>([
  { what: "is shared in from another tailnet", machine: { ...editor, node: { Sharer: 7 } } },
  { what: "has an expired key", machine: { ...editor, node: { Expired: true } } },
  { what: "has no signature", machine: { ...editor, node: { UnsignedPeerAPIOnly: true } } },
  { what: "is jailed", machine: { ...editor, node: { IsJailed: true } } },
  { what: "calls from an address that is not its own", machine: { ...editor, node: { Addresses: ["100.64.0.7/32"] } } },
  { what: "routes for others", machine: { ...editor, node: { Addresses: ["100.64.0.0/24"] } } },
  { what: "has other tags only", machine: { ...editor, tags: ["tag:printer"] } },
])("a machine that $what is unknown, whatever it is granted", async ({ machine }) => {
  await using main = await openTailscale({ fake: [...without("editor"), machine] });
  await expect(main.identity.identify(await main.peer("editor"))).rejects.toMatchObject({ code: "peer_unknown" });
  expect(main.identity.state()).toBe("ok");
});

test("a person is known by the login; what is granted otherwise than in whole permissions is nothing", async () => {
  const health = { v: 1, to: "main", call: "health" };
  const grants = [health, { ...health, v: 2 }, { ...health, and: "more" }, { ...health, to: "writer" }, { call: "task" }];
  await using main = await openTailscale({ fake: [...without("laptop"), { ...laptop, grants }] });
  expect(await main.identity.identify(await main.peer("operator"))).toEqual({
    principal: "ops:ops@example.com",
    roles: [],
    nodes: [],
    permissions: [health],
  });
});

test("of nodes that share a machine, each role and each name is known", async () => {
  const archivist = { role: "archivist", url: `http://${addresses.editor}:18104` };
  const both = { ...editor, tags: ["tag:printer", "tag:tasuki-editor", "tag:tasuki-archivist"] };
  await using main = await openTailscale({ fake: [...without("editor"), both], roster: { archivist, ...roster } });
  expect(await main.identity.identify(await main.peer("editor"))).toMatchObject({
    principal: "node:editor+archivist",
    roles: ["editor", "archivist"],
    nodes: ["editor", "archivist"],
  });
});

test("whoever calls from this machine's own address gets its health, and nothing else", async () => {
  const [self, ...others] = machines;
  await using main = await openTailscale({ fake: [{ ...self, ...machineOf("main", addresses.main), grants: laptop.grants }, ...others] });
  expect(await main.identity.identify(peer(addresses.main))).toEqual({
    principal: "self",
    roles: [],
    nodes: [],
    permissions: [{ v: 1, to: "main", call: "health" }],
  });
});

test("this machine is itself also at an address that it does not know of yet", async () => {
  const other = { ...laptop, address: "100.64.0.8", node: { StableID: "TESTCTRL00000001" } };
  const [self, ...others] = machines;
  // `renamed` is this machine by its address alone: tailscaled has another id for it, and a person's grants.
  const renamed = { ...self, ...machineOf("main", addresses.main), grants: laptop.grants, node: { StableID: "n" } };
  await using main = await openTailscale({ fake: [renamed, ...others, other] });
  expect(await main.identity.identify(peer(addresses.main))).toMatchObject({ principal: "self", permissions: [{ call: "health" }] });
  expect(await main.identity.identify(peer("100.64.0.8"))).toMatchObject({ principal: "self", permissions: [{ call: "health" }] });
});

test("IPv4 in IPv6 clothing is the same machine, and IPv6 is asked for in brackets", async () => {
  const six = machineOf("writer", "fd7a:115c:a1e0::2");
  await using main = await openTailscale({ fake: [...without("writer"), six] });
  expect(await main.identity.identify(peer(`::ffff:${addresses.editor}`))).toMatchObject({ roles: ["editor"] });
  expect(await main.identity.identify(peer("fd7a:115c:a1e0::2"))).toMatchObject({ roles: ["writer"] });
});

test("callers at the same time are one question, and the answer holds for 2 s", async () => {
  await using main = await openTailscale();
  const ask = () => Promise.all([1, 2, 3].map(async () => main.identity.identify(await main.peer("editor"))));
  const [first] = await ask();
  main.time.ms = 1_999;
  // The permissions must be the same array: `watchDrift` judges any other one anew.
  for (const { permissions } of await ask()) expect(permissions).toBe(first?.permissions);
  expect(whois(main.fake.asked)).toHaveLength(1);
  main.time.ms = 2_000;
  await ask();
  expect(whois(main.fake.asked)).toHaveLength(2);
});

test("a machine with a role's tag is a node of the roster only where the entry's address is its own", async () => {
  const third = machineOf("editor", addresses.stranger, "third");
  const fourth = machineOf("editor", "100.64.0.10", "fourth");
  await using main = await openTailscale({ fake: [...machines, third, fourth] });
  const callers = await Promise.all([third, fourth].map(({ address }) => main.identity.identify(peer(address))));
  for (const caller of callers) expect(caller).toMatchObject({ roles: ["editor"], nodes: [] });
  expect(callers.map(({ principal }) => principal)).toEqual(["node:editor@TESTCTRL00000006", "node:editor@TESTCTRL00000007"]);
  // The second editor's address goes to the third machine, and its name with it.
  main.fake.machines = [...without("editor-2"), { ...third, address: addresses["editor-2"], node: { StableID: "third" } }];
  main.time.ms = 2_000;
  expect(await main.identity.identify(peer(addresses["editor-2"]))).toMatchObject({ principal: "node:editor-2", nodes: ["editor-2"] });
});

test("a node is known by its machine, at whichever of the machine's addresses it calls from", async () => {
  const six = "fd7a:115c:a1e0::3";
  const twice = { ...machineOf("editor", six), node: { Addresses: [`${addresses.editor}/32`, `${six}/128`] } };
  await using main = await openTailscale({ fake: [...without("editor"), twice] });
  expect(await main.identity.identify(peer(six))).toMatchObject({ principal: "node:editor", nodes: ["editor"] });
});

test("an entry whose machine is not there, or that has a name for an address, is nobody", async () => {
  const named = { role: "editor", url: `http://localhost:18102` };
  await using main = await openTailscale({ fake: without("editor-2"), roster: { named, ...roster } });
  expect(await main.identity.identify(await main.peer("editor"))).toMatchObject({ principal: "node:editor", nodes: ["editor"] });
});

// guarantees: R8.revoked
test("a revoked grant ends within 2 s, and one that vanished is unknown then", async () => {
  await using main = await openTailscale();
  const identify = async () => main.identity.identify(await main.peer("editor"));
  expect((await identify()).permissions).toHaveLength(3);
  main.fake.machines = [...without("editor"), { ...editor, grants: undefined }];
  main.time.ms = 2_000;
  expect((await identify()).permissions).toEqual([]);
  main.fake.machines = without("editor");
  main.time.ms = 4_000;
  await expect(identify()).rejects.toMatchObject({ code: "peer_unknown" });
});

test("an unknown peer that joins is known at once", async () => {
  await using main = await openTailscale();
  const identify = async () => main.identity.identify(await main.peer("stranger"));
  await expect(identify()).rejects.toMatchObject({ code: "peer_unknown" });
  main.fake.machines = [...machines, machineOf("editor", addresses.stranger)];
  expect(await identify()).toMatchObject({ roles: ["editor"], nodes: [] });
});

test("when the tailnet stops, nothing that was known before is believed", async () => {
  await using main = await openTailscale();
  const identify = async () => main.identity.identify(await main.peer("editor"));
  await identify();
  // tailscaled 1.102.3 goes on answering whois when it is down.
  main.fake.backend = "Stopped";
  await main.until("down");
  await expect(identify()).rejects.toMatchObject({ code: "identity_unavailable" });
  await expect(main.identity.outbound("writer", roster.writer.url)).rejects.toMatchObject({ code: "identity_unavailable" });
  main.fake.backend = "Running";
  main.fake.machines = without("editor");
  await main.until("up");
  await expect(identify()).rejects.toMatchObject({ code: "peer_unknown" });
});

test("an hour after the control server was last heard of, who calls is known, and nothing new is taken of them", async () => {
  await using main = await openTailscale();
  const isStale = async () => (await main.identity.identify(await main.peer("editor"))).stale === true;
  const looks = () => main.fake.asked.filter((url) => url.includes("status")).length;
  const looked = async () => {
    for (const before = looks(); looks() < before + 2;) await turn();
  };
  main.time.ms = 50_000;
  await looked();
  main.fake.online = false;
  await looked();
  main.time.ms += 3_600_000;
  expect(await isStale()).toBe(false);
  expect(main.identity.unheardMs?.()).toBe(3_600_000);
  main.time.ms += 1;
  expect(await isStale()).toBe(true);
  expect(main.identity.state()).toBe("ok");
  main.fake.online = true;
  await looked();
  expect(await isStale()).toBe(false);
  expect(main.identity.unheardMs?.()).toBe(0);
});

test("once tailscaled has not answered about one caller, what it said of another is not believed either", async () => {
  await using main = await openTailscale();
  await main.identity.identify(await main.peer("editor"));
  const before = main.fake.asked.length;
  const self = { ID: "TESTCTRL00000001", DNSName: "main.tasuki.test.", Tags: ["tag:tasuki-main"], Online: true };
  const status = JSON.stringify({ BackendState: "Running", TailscaleIPs: [addresses.main], Self: self });
  main.fake.instead = (req, res) => void (req.url?.includes("whois") === true ? res.writeHead(500).end() : res.end(status));
  for (const who of ["operator", "editor"] as const)
    await expect(main.identity.identify(await main.peer(who))).rejects.toMatchObject({ code: "identity_unavailable" });
  expect(whois(main.fake.asked.slice(before))).toHaveLength(2);
});

test("a restart of tailscaled is a time of refusal, not of guesses", async () => {
  await using main = await openTailscale();
  const identify = async () => main.identity.identify(await main.peer("editor"));
  await identify();
  await main.fake.stop();
  main.time.ms = 2_000;
  await expect(identify()).rejects.toMatchObject({ code: "identity_unavailable" });
  expect(main.identity.state()).toBe("failing");
  await main.until("down");
  await main.see();
  expect(await identify()).toMatchObject({ roles: ["editor"] });
});

test.each<{ what: string; status: number; body: string }>([
  { what: "an error", status: 500, body: "oops" },
  { what: "a refusal", status: 403, body: "no" },
  { what: "no JSON", status: 200, body: "<html>" },
  { what: "something else", status: 200, body: "{}" },
  {
    what: "a capability that is no list of objects",
    status: 200,
    body: JSON.stringify({
      Node: { StableID: "n", Name: "n.", Addresses: [`${addresses.editor}/32`], Tags: ["tag:tasuki-editor"] },
      UserProfile: { LoginName: "tagged-devices" },
      CapMap: { "tasuki.dev/cap/bus": "everything" },
    }),
  },
])("tailscaled answering with $what leaves it open who is calling", async ({ status, body }) => {
  await using main = await openTailscale();
  main.fake.instead = (req, res) => {
    if (req.url?.includes("status")) res.destroy();
    else res.writeHead(status).end(body);
  };
  await expect(main.identity.identify(await main.peer("editor"))).rejects.toMatchObject({ code: "identity_unavailable" });
});

test("tailscaled that does not answer is waited for half a second", async () => {
  await using main = await openTailscale();
  main.fake.instead = () => undefined;
  const before = performance.now();
  await expect(main.identity.identify(await main.peer("editor"))).rejects.toMatchObject({ code: "identity_unavailable" });
  const waited = performance.now() - before;
  expect(waited).toBeGreaterThan(450);
  expect(waited).toBeLessThan(20_000);
});

// guarantees: R8.two-keys
test("nothing is sent to a machine that does not have the tag of the node's role, and a missing one is waited for", async () => {
  await using main = await openTailscale({ fake: [...without("writer"), machineOf("editor", addresses.writer)] });
  await expect(main.identity.outbound("writer", roster.writer.url)).rejects.toMatchObject({ code: "peer_unknown" });
  main.fake.machines = without("writer");
  main.time.ms = 2_000;
  await expect(main.identity.outbound("writer", roster.writer.url)).rejects.toMatchObject({ code: "unreachable", retryable: true });
  main.fake.machines = [...machines];
  expect(await main.identity.outbound("writer", roster.writer.url)).toEqual({});
});

test("of two nodes of one role, each is called by its name, at its own address", async () => {
  await using main = await openTailscale();
  expect(await main.identity.outbound("editor-2", roster["editor-2"].url)).toEqual({});
  await expect(main.identity.outbound("editor", roster["editor-2"].url)).rejects.toMatchObject({
    code: "peer_unknown",
    message: expect.stringContaining("is not the address of editor "),
  });
  main.fake.machines = [...without("editor-2"), machineOf("writer", addresses["editor-2"])];
  main.time.ms = 2_000;
  await expect(main.identity.outbound("editor-2", roster["editor-2"].url)).rejects.toMatchObject({
    code: "peer_unknown",
    message: expect.stringMatching(/address of editor-2, does not have the tag of 'editor'/),
  });
});

test("a node that the roster has by a name in DNS is not called: who has the name now is somebody's say", async () => {
  const url = "http://localhost:18101";
  await using main = await openTailscale({ roster: { writer: { role: "writer", url } } });
  await expect(main.identity.outbound("writer", url)).rejects.toMatchObject({
    code: "peer_unknown",
    message: expect.stringContaining("give its IP address"),
  });
});
