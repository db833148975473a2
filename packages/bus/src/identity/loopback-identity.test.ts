import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { policy } from "../testing/bus-fixture.ts";
import { describeIdentity } from "../testing/describe-identity.ts";
import { localCaller } from "./identity.ts";
import { createLoopbackIdentity, writeLoopbackIdentities } from "./loopback-identity.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tasuki-identity-"));
  await writeLoopbackIdentities({ folders: { main: join(root, "main"), writer: join(root, "writer"), operator: root } });
});
afterEach(() => rm(root, { recursive: true }));

const roster = {
  main: { role: "main", url: "http://127.0.0.1:18100" },
  writer: { role: "writer", url: "http://127.0.0.1:18101" },
  editor: { role: "editor", url: "http://127.0.0.1:18102" },
  "editor-2": { role: "editor", url: "http://127.0.0.1:18103" },
};
const identityOf = (role: string) => createLoopbackIdentity({ folder: join(root, role), role, policy, roster });
const peer = (authorization?: string, address = "127.0.0.1") => ({ address, port: 1, authorization });
const operatorToken = async () => `Bearer ${(await readFile(join(root, "operator-secret"), "utf8")).trim()}`;

describeIdentity("loopback", async ({ blind }) => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-identity-"));
  const folders = Object.fromEntries(["main", "writer", "editor", "editor-2", "operator"].map((name) => [name, join(folder, name)]));
  const see = () => writeLoopbackIdentities({ folders });
  const others = Object.entries(folders).filter(([name]) => name !== "main");
  await (blind ? writeLoopbackIdentities({ folders: Object.fromEntries(others) }) : see());
  return {
    identity: createLoopbackIdentity({ folder: join(folder, "main"), role: "main", policy, roster }),
    async peer(who) {
      if (who === "stranger") return peer("Bearer x");
      const secret = await readFile(join(folder, who, who === "operator" ? "operator-secret" : "secret"), "utf8");
      return peer(`Bearer ${secret.trim()}`);
    },
    writerUrl: roster.writer.url,
    see,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});

test("a node is known by its secret, and has its role's permissions", async () => {
  const { authorization } = await identityOf("main").outbound("writer", "http://127.0.0.1:18101");
  const caller = await identityOf("writer").identify(peer(authorization));
  expect(caller).toMatchObject({ principal: "node:main", roles: ["main"], nodes: ["main"] });
  expect(caller.permissions.map(({ call }) => call)).toEqual(["task", "upload", "status", "health"]);
});

test("a node that is not named after its role has the role of its roster entry", async () => {
  await writeLoopbackIdentities({ folders: { main: join(root, "main"), "main-2": join(root, "main-2"), writer: join(root, "writer") } });
  const named = { writer: roster.writer, "main-2": roster.main };
  const sender = createLoopbackIdentity({ folder: join(root, "main-2"), role: "main", policy, roster: named });
  const receiver = createLoopbackIdentity({ folder: join(root, "writer"), role: "writer", policy, roster: named });
  const { authorization } = await sender.outbound("writer", roster.writer.url);
  expect(await receiver.identify(peer(authorization))).toMatchObject({ principal: "node:main-2", roles: ["main"], nodes: ["main-2"] });
});

test("a node that the roster does not have is known by its secret, and its name is its role's", async () => {
  const alone = createLoopbackIdentity({ folder: join(root, "writer"), role: "writer", policy, roster: {} });
  const { authorization } = await identityOf("main").outbound("writer", roster.writer.url);
  expect(await alone.identify(peer(authorization))).toMatchObject({ principal: "node:main", roles: ["main"], nodes: ["main"] });
});

test("the operator and this machine's own socket have what the operators have", async () => {
  const caller = await identityOf("main").identify(peer(await operatorToken(), "::1"));
  expect(caller.principal).toBe("ops:operator");
  expect([caller.roles, caller.nodes]).toEqual([[], []]);
  expect(localCaller(policy, "main")).toEqual({ principal: "local", roles: [], nodes: [], permissions: caller.permissions });
  expect(caller.permissions).toContainEqual({ v: 1, to: "main", call: "task", kinds: ["run"], unsigned: true });
});

test("a node's own secret, a wrong one, none, and another address are unknown", async () => {
  const main = identityOf("main");
  const { authorization } = await main.outbound("writer", roster.writer.url);
  const known = await operatorToken();
  for (const stranger of [peer(authorization), peer("Bearer x"), peer("Bearer "), peer("Basic eA=="), peer(), peer(known, "10.0.0.7")])
    await expect(main.identify(stranger)).rejects.toMatchObject({ code: "peer_unknown" });
  expect(main.state()).toBe("ok");
});

test("whoever calls without a known token is told where the tokens are, and a node that the roster lacks where to add it", async () => {
  const main = identityOf("main");
  const where = /'operator-secret', in the relay's data folder.*'bus\.sock' in its data folder, needs none/;
  await expect(main.identify(peer())).rejects.toThrow(where);
  await expect(main.identify(peer("Bearer x"))).rejects.toThrow(/a bearer token that is not known here\. .*'operator-secret'/);
  await writeLoopbackIdentities({ folders: { main: join(root, "main"), "east-1": join(root, "east-1") } });
  const stranger = createLoopbackIdentity({ folder: join(root, "east-1"), role: "writer", policy, roster: { main: roster.main } });
  const { authorization } = await stranger.outbound("main", roster.main.url);
  const unlisted =
    /node 'east-1', which is not in the roster of this node of role 'main': add it to 'roster' in its config\.jsonc, with its role/;
  await expect(identityOf("main").identify(peer(authorization))).rejects.toThrow(unlisted);
});

test("a secret is not sent to an address that is not the node's, or not of this machine", async () => {
  const main = identityOf("main");
  await expect(main.outbound("writer", "http://127.0.0.1:9")).rejects.toMatchObject({ code: "peer_unknown" });
  await expect(main.outbound("nobody", roster.writer.url)).rejects.toMatchObject({ code: "peer_unknown" });
  const far = createLoopbackIdentity({
    folder: join(root, "main"),
    role: "main",
    policy,
    roster: { writer: { role: "writer", url: "http://10.0.0.7:1" } },
  });
  await expect(far.outbound("writer", "http://10.0.0.7:1")).rejects.toMatchObject({ code: "peer_unknown" });
});

test("set-up keeps secrets that are there, closed to others, and writes no secret of another", async () => {
  const before = await operatorToken();
  await writeLoopbackIdentities({ folders: { main: join(root, "main"), writer: join(root, "writer"), operator: root } });
  expect(await operatorToken()).toBe(before);
  expect((await stat(join(root, "main", "secret"))).mode & 0o777).toBe(0o600);
  expect(await readdir(join(root, "main", "peers"))).toEqual(["operator", "writer"]);
  const secret = (await readFile(join(root, "writer", "secret"), "utf8")).trim();
  expect(await readFile(join(root, "main", "peers", "writer"), "utf8")).not.toContain(secret);
});
