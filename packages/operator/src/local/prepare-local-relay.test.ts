import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { openTrust } from "@tasuki/evidence";
import { NodeConfig } from "@tasuki/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareLocalRelay } from "./prepare-local-relay.ts";

const roles = ["main", ...relay.roles.map(({ name }) => name)];
let data: string;
const at = (...path: string[]) => join(data, ...path);
const config = (role: string) => readFile(at(role, "config.jsonc"), "utf8");
/** The configuration without its comments, which all stand on lines of their own. */
const read = async (role: string) => NodeConfig.parse(JSON.parse((await config(role)).replace(/^ *\/\/.*$/gm, "")));
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "tasuki-local-"));
});
afterEach(() => rm(data, { recursive: true }));

test("each role has a configuration with its own port and the addresses of the others", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  expect(await read("sg")).toMatchObject({
    node: "sg",
    listen: { host: "127.0.0.1", port: 28_102 },
    roster: {
      main: { url: "http://127.0.0.1:28100" },
      nano: { url: "http://127.0.0.1:28101" },
      jp: { url: "http://127.0.0.1:28103" },
    },
    identity: { provider: "loopback" },
    executor: { kind: "embedded" },
  });
  expect((await read("main")).listen.port).toBe(28_100);
});

test("every node has every node's public keys pinned, and secrets that only the owner can read", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  for (const role of roles) {
    expect((await openTrust(at(role, "trust"))).nodes()).toEqual(roles.toSorted());
    expect(await readdir(at(role, "identity", "peers"))).toEqual([...roles.filter((other) => other !== role), "operator"].toSorted());
    expect((await stat(at(role, "keys", "receipt.pem"))).mode & 0o777).toBe(0o600);
    expect((await stat(at(role))).mode & 0o007).toBe(0);
  }
  expect((await stat(at("operator-secret"))).mode & 0o777).toBe(0o600);
});

test.each(["utf8", "utf16le"] as const)(
  "a configuration that an editor has saved with a byte order mark keeps what stands in it: %s",
  async (encoding) => {
    await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
    const mine = (await config("sg")).replace('"attempts": 5', '"attempts": 7');
    await writeFile(at("sg", "config.jsonc"), Buffer.from(`\ufeff${mine}`, encoding));
    await prepareLocalRelay({ pipeline: relay, data, portBase: 28_200 });
    expect(await read("sg")).toMatchObject({ listen: { port: 28_202 }, limits: { attempts: 7 } });
  },
);

test("a second time, what is there stays: keys, secrets, and the operator's own configuration with its comments", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  const before = await Promise.all(
    [at("sg", "keys", "receipt.pem"), at("sg", "identity", "secret"), at("operator-secret")].map((path) => readFile(path, "utf8")),
  );
  const mine = (await config("sg")).replace(
    '"executor": { "kind": "embedded" }',
    '"executor": { "kind": "command", "name": "mine", "argv": ["/bin/true"] }',
  );
  await writeFile(at("sg", "config.jsonc"), mine);
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  expect(await config("sg")).toBe(mine);
  const after = await Promise.all(
    [at("sg", "keys", "receipt.pem"), at("sg", "identity", "secret"), at("operator-secret")].map((path) => readFile(path, "utf8")),
  );
  expect(after).toEqual(before);
});

test("other ports change the ports only", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  const before = await config("jp");
  await prepareLocalRelay({ pipeline: relay, data, portBase: 29_200 });
  expect(await config("jp")).toBe(before.replaceAll(/\b281(0\d)\b/g, "292$1"));
});

test("a folder on which a node is running is left alone", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  const before = await config("sg");
  const node = createServer((_req, res) => res.end("{}")).listen(at("sg", "bus.sock"));
  await once(node, "listening");
  await expect(prepareLocalRelay({ pipeline: relay, data, portBase: 29_200 })).rejects.toThrow(at("sg"));
  expect(await config("sg")).toBe(before);
  node.close();
});

test("a configuration that can't be read is left as it is, for the node to complain about", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  await writeFile(at("jp", "config.jsonc"), "{ broken");
  await prepareLocalRelay({ pipeline: relay, data, portBase: 29_200 });
  expect(await config("jp")).toBe("{ broken");
});

test("a file in the place of a data folder is said, and stays as it is", async () => {
  await writeFile(at("notes.md"), "mine");
  for (const path of [at("notes.md"), at("notes.md", "deep")])
    await expect(prepareLocalRelay({ pipeline: relay, data: path, portBase: 28_100 })).rejects.toMatchObject({
      code: "invalid_state",
      message: expect.stringContaining("can't be a data folder: a file is in its place"),
    });
  expect(await readFile(at("notes.md"), "utf8")).toBe("mine");
});

// guarantees: R8.no-links
test("a link in place of a configuration is not written through", async () => {
  await prepareLocalRelay({ pipeline: relay, data, portBase: 28_100 });
  const elsewhere = at("elsewhere.jsonc");
  const before = await config("sg");
  await writeFile(elsewhere, before);
  await rm(at("sg", "config.jsonc"));
  await symlink(elsewhere, at("sg", "config.jsonc"));
  await expect(prepareLocalRelay({ pipeline: relay, data, portBase: 29_100 })).rejects.toMatchObject({ code: "ELOOP" });
  expect(await readFile(elsewhere, "utf8")).toBe(before);
});
