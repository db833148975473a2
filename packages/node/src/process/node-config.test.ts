import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TasukiError } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { NodeConfig, readNodeConfig, withAddresses } from "./node-config.ts";

const roster = { sg: { url: "http://100.64.0.3:18102" } };
const complaints = (config: object) =>
  NodeConfig.safeParse({ listen: { port: 18_101 }, roster, ...config }).error?.issues.map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
const tailscale = { identity: { provider: "tailscale" } };

test("loopback listens on this machine only", () => {
  expect(complaints({})).toBeUndefined();
  expect(complaints({ listen: { port: 1, host: "127.0.0.1" } })).toBeUndefined();
  for (const host of ["0.0.0.0", "::", "10.0.0.7", "100.64.0.3"])
    expect(complaints({ listen: { port: 1, host } })).toEqual([expect.stringContaining("listen.host: loopback")]);
});

test("in a tailnet a node listens on an address of its own, never on all, and finds the others by address", () => {
  expect(complaints(tailscale)).toBeUndefined();
  expect(complaints({ ...tailscale, listen: { port: 1, host: "fd7a:115c:a1e0::1" } })).toBeUndefined();
  for (const host of ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "sg"])
    expect(complaints({ ...tailscale, listen: { port: 1, host } })).toEqual([
      expect.stringContaining("listen.host: one of this machine's"),
    ]);
  expect(complaints({ ...tailscale, roster: { sg: { url: "http://sg.tasuki.test:18102" } } })).toEqual([
    expect.stringContaining("roster.sg.url: an address"),
  ]);
});

test("main's operator API has no door beside its socket by default, one on the tailnet only where that tells who calls, and a port of its own", () => {
  expect(NodeConfig.parse({ listen: { port: 1 }, roster }).operator).toEqual({ listen: [], port: 18_199 });
  expect(complaints({ operator: { listen: ["loopback"] } })).toBeUndefined();
  expect(complaints({ ...tailscale, operator: { listen: ["loopback", "tailnet"] } })).toBeUndefined();
  expect(complaints({ operator: { listen: ["tailnet"] } })).toEqual([expect.stringContaining("operator.listen: 'loopback' alone")]);
  expect(complaints({ operator: { listen: ["loopback"], port: 18_101 } })).toEqual([
    expect.stringContaining("operator.port: another port"),
  ]);
  expect(complaints({ operator: { listen: ["0.0.0.0"] } })).toHaveLength(1);
});

async function read(text: string | Uint8Array | undefined) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-config-"));
  try {
    const path = join(folder, "config.jsonc");
    if (text !== undefined) await writeFile(path, text);
    return await readNodeConfig(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const problem = (text: string | undefined): Promise<TasukiError> =>
  read(text).then(
    () => Promise.reject(new Error("it was taken")),
    (error: TasukiError) => error,
  );

test("what is left out has its default; comments and trailing commas are taken", async () => {
  const config = await read('{\n  // where\n  "listen": { "port": 18101 },\n  "roster": {},\n}');
  expect(config).toMatchObject({ listen: { port: 18101 }, limits: { attempts: 5, leaseMs: 15_000 } });
});

test.each([
  ["UTF-8", Buffer.from('\ufeff{ "listen": { "port": 18101 }, "roster": {} }')],
  ["UTF-16, as PowerShell writes", Buffer.from('\ufeff{ "listen": { "port": 18101 }, "roster": {} }', "utf16le")],
] as const)("a configuration may have the byte order mark of an editor: %s", async (_, bytes) => {
  expect(await read(bytes)).toMatchObject({ listen: { port: 18101 } });
});

test.each([
  { what: "a missing file", text: undefined, said: "can't be read" },
  { what: "an empty file", text: "", said: "config.jsonc:1: this is not JSON" },
  { what: "a syntax error", text: '{\n  "listen": {\n', said: "config.jsonc:3: this is not JSON" },
  { what: "a wrong port", text: '{\n  "listen": {\n    "port": 70000\n  },\n  "roster": {}\n}', said: "config.jsonc:3: listen.port" },
  {
    what: "a name that is none",
    text: '{\n  "listen": { "port": 1 },\n  "roster": {\n    "Nano_2": { "url": "http://h:1" }\n  }\n}',
    said: "Nano_2: expected a name: lower-case",
  },
  { what: "a misspelt key", text: '{\n  "listen": { "port": 1 },\n  "roster": {},\n  "limit": {}\n}', said: "remove limit" },
  { what: "a part that is missing", text: '{\n  "listen": { "port": 1 }\n}', said: "config.jsonc:1: roster" },
])("$what is reported with its line and what to write", async ({ text, said }) => {
  const error = await problem(text);
  expect(error.code).toBe("invalid_state");
  expect(error.message).toContain(said);
});

const commented = `{
  // a comment
  "listen": { "host": "127.0.0.1", "port": 1 }, // and another
  "roster": {
    "sg": { "node": "sg-2", "url": "http://127.0.0.1:2" }
  },
  "executor": { "kind": "embedded" }
}
`;

test("port and URLs are set, and nothing else is touched", () => {
  expect(withAddresses(commented, { port: 11, roster: { sg: "http://127.0.0.1:12" } })).toBe(
    commented.replace('"port": 1', '"port": 11').replace(":2", ":12"),
  );
});

test("an address that is not there yet is added, and a second time changes nothing", () => {
  const once = withAddresses(commented, { port: 11, roster: { jp: "http://127.0.0.1:13" } });
  expect(once).toContain('"jp": {');
  expect(once).toContain('"sg-2"');
  expect(withAddresses(once, { port: 11, roster: { jp: "http://127.0.0.1:13" } })).toBe(once);
});
