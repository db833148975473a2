// Two roles on one machine, nano and jp. The tailnet knows the machine alone, and grants it what both roles are granted. A task has the
// permissions of the role that it is from, whose key must have signed it.
import { taskPayloadType } from "@tasuki/protocol";
import { exampleRelay as relay } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { type BusHandlers, createBusCalls } from "../server/bus-calls.ts";
import { openTask } from "../wire/task-request.ts";
import { quiet } from "../testing/bus-fixture.ts";
import { grantFor } from "../permission/permission.ts";
import { parsePolicy, type Policy, tagOf } from "../permission/policy.ts";
import { writePolicy } from "../permission/write-policy.ts";
import { createLocalApi } from "./local-api.ts";
import { startFakeLocalApi } from "../testing/fake-local-api.ts";
import type { Roster } from "./roster.ts";
import { openTailnet, rolesApart } from "./tailnet.ts";
import { createTailscaleIdentity } from "./tailscale-identity.ts";

const text = writePolicy({ pipeline: relay, people: { ops: ["ops@example.com"] } });
const policy = parsePolicy(text);
const shared = ["nano", "jp"];
const tags = shared.map(tagOf);
const clock = { monotonic: () => 0 };
const peer = { address: "100.64.0.2", port: 40_000 };
const roster = {
  sg: { role: "sg", url: "http://100.64.0.3:18102" },
  jp: { role: "jp", url: "http://100.64.0.2:18103" },
  "nano-2": { role: "nano", url: "http://100.64.0.2:18101" },
};

/** A node of `to`, called by the machine of nano and jp. `granted` is what the tailnet says; the node's file is always the whole policy. */
async function openNode(to: string, { granted = policy, roster: known = roster }: { granted?: Policy; roster?: Roster } = {}) {
  const stack = new AsyncDisposableStack();
  const machines = [
    { name: to, address: "100.64.0.1", tags: [tagOf(to)] },
    { name: "shared", address: peer.address, tags, grants: granted.permissionsFor({ tags }, to) },
  ];
  const fake = stack.use(await startFakeLocalApi(machines));
  const localApi = stack.use(createLocalApi({ socket: fake.socket }));
  const tailnet = stack.use(await openTailnet({ localApi, role: to, apart: rolesApart(relay, to), logger: quiet, clock }));
  const identity = stack.use(createTailscaleIdentity({ localApi, tailnet, role: to, roster: known, policy, clock, maxUnheardMs: 1 }));
  const handlers = { task: async () => ({ task: "", run: "", receipt: undefined, replayed: false }) } as unknown as BusHandlers;
  const calls = createBusCalls({ role: to, handlers });
  const send = async (task: object, signed: boolean): Promise<string> => {
    const payload = Buffer.from(JSON.stringify(task)).toString("base64");
    const signatures = signed ? [{ keyid: "k", sig: "c2ln" }] : [];
    const caller = await identity.identify(peer);
    return calls.task(openTask({ payload, payloadType: taskPayloadType, signatures }), {}, caller).then(
      () => "taken",
      ({ code }: { code: string }) => code,
    );
  };
  return { identity, send, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test.each(["main", "sg"])("on %s each task has exactly the permissions of the role that it is from", async (to) => {
  await using node = await openNode(to);
  const seen: Record<string, string> = {};
  const expected: Record<string, string> = {};
  for (const from of [...shared, "sg", "main"])
    for (const kind of ["run", "work", "nudge", "cancel", "close"] as const)
      for (const signed of [true, false]) {
        const cell = `${kind} from ${from}, ${signed ? "signed" : "unsigned"}`;
        const own = shared.includes(from) ? policy.permissionsFor({ tags: [tagOf(from)] }, to) : [];
        expected[cell] = grantFor(own, to, { call: "task", kind, signed }) === undefined ? "not_granted" : "taken";
        seen[cell] = await node.send({ kind, from }, signed);
      }
  expect(seen).toEqual(expected);
  expect(Object.entries(expected).filter(([, is]) => is === "taken")).toEqual([
    [`work from ${to === "main" ? "jp" : "nano"}, signed`, "taken"],
  ]);
});

test("the machine has the names of both nodes, in the order of its roles; of one that the roster lacks, none", async () => {
  await using both = await openNode("main");
  expect(await both.identity.identify(peer)).toMatchObject({ principal: "node:nano-2+jp", roles: shared, nodes: ["nano-2", "jp"] });
  await using one = await openNode("main", { roster: { jp: roster.jp } });
  expect(await one.identity.identify(peer)).toMatchObject({ principal: "node:jp", roles: shared, nodes: ["jp"] });
  await using none = await openNode("main", { roster: { sg: roster.sg } });
  expect(await none.identity.identify(peer)).toMatchObject({
    principal: expect.stringMatching(/^node:nano\+jp@./),
    roles: shared,
    nodes: [],
  });
});

test("a task that says of no role that it is from it is from none", async () => {
  await using node = await openNode("main");
  for (const from of [undefined, 7, "", "__proto__", "nano+jp"]) expect(await node.send({ kind: "work", from }, true)).toBe("not_granted");
});

test("the node's file grants nothing that the tailnet does not", async () => {
  await using node = await openNode("main", {
    granted: parsePolicy(text.replace('"to": "main", "call": "task", "kinds": ["work"]', '"to": "main", "call": "health"')),
  });
  expect(await node.send({ kind: "work", from: "jp" }, true)).toBe("not_granted");
});

test("a machine may not have two roles that call each other, and main is alone", async () => {
  expect(rolesApart(relay, "main")).toEqual(["nano", "sg", "jp"]);
  expect(rolesApart(relay, "nano")).toEqual(["main", "sg"]);
  expect(rolesApart(relay, "sg")).toEqual(["main", "nano", "jp"]);
  expect(rolesApart(relay, "jp")).toEqual(["main", "sg"]);
  await using fake = await startFakeLocalApi([{ name: "shared", address: "100.64.0.2", tags: [...tags, tagOf("sg"), "tag:printer"] }]);
  using localApi = createLocalApi({ socket: fake.socket });
  const stateOf = async (role: string) => {
    await using tailnet = await openTailnet({ localApi, role, apart: rolesApart(relay, role), logger: quiet, clock });
    return tailnet.state();
  };
  expect(await stateOf("nano")).toEqual({ is: "barred", why: expect.stringMatching(/tag:tasuki-sg.*nano.*machine of its own/) });
  fake.machines = [{ name: "shared", address: "100.64.0.2", tags: [...tags, "tag:printer"] }];
  expect(await stateOf("nano")).toMatchObject({ is: "up" });
});
