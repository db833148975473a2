import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signEnvelope, verifyEnvelope } from "./envelope.ts";
import { openKeys, pinKeys } from "./keys.ts";
import { keyidOf } from "./keys.ts";
import { openTrust } from "./trust.ts";

let root: string;
const at = (...path: string[]) => join(root, ...path);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tasuki-keys-"));
});
afterEach(() => rm(root, { recursive: true }));

test("the first opening makes three different keys that only the owner can read; the second finds them", async () => {
  const first = await openKeys(at("keys"));
  expect((await readdir(at("keys"))).sort()).toEqual(["log.pem", "receipt.pem", "witness.pem"]);
  for (const name of await readdir(at("keys"))) expect((await stat(at("keys", name))).mode & 0o777).toBe(0o600);
  expect((await stat(at("keys"))).mode & 0o777).toBe(0o700);
  expect(new Set([first.receipt.keyid, first.log.keyid, first.witness.keyid]).size).toBe(3);
  const again = await openKeys(at("keys"));
  expect(again.receipt.sign(Buffer.from("x"))).toEqual(first.receipt.sign(Buffer.from("x")));
  const pem = await readFile(at("keys", "receipt.pem"), "utf8");
  expect(first.receipt.keyid).toBe(keyidOf(createPublicKey(createPrivateKey(pem))));
});

test("two that open at the same time have the same keys", async () => {
  const [one, other] = await Promise.all([openKeys(at("keys")), openKeys(at("keys"))]);
  expect(one.receipt.keyid).toBe(other.receipt.keyid);
  expect(await readdir(at("keys"))).toHaveLength(3);
});

test("a pinned node is trusted by its receipt key alone, and by the keys that it had before", async () => {
  const old = await openKeys(at("keys"));
  await pinKeys({ keys: at("keys"), trust: at("trust"), node: "nano" });
  await rename(at("keys"), at("keys-old"));
  const current = await openKeys(at("keys"));
  await pinKeys({ keys: at("keys"), trust: at("trust"), node: "nano" });
  await pinKeys({ keys: at("keys"), trust: at("trust"), node: "nano" });
  expect(await readdir(at("trust", "nano"))).toHaveLength(6);
  const trust = await openTrust(at("trust"));
  expect(trust.nodes()).toEqual(["nano"]);
  const holds = (signer: typeof current.receipt) => () =>
    verifyEnvelope(signEnvelope(Buffer.from("x"), "t", signer), { trust, node: "nano", payloadType: "t" });
  expect(holds(old.receipt)()).toEqual(Buffer.from("x"));
  expect(holds(current.receipt)()).toEqual(Buffer.from("x"));
  expect(holds(current.log)).toThrow(/pinned key/);
});

test("only public halves are pinned", async () => {
  await pinKeys({ keys: at("keys"), trust: at("trust"), node: "nano" });
  for (const name of await readdir(at("trust", "nano"))) expect(await readFile(at("trust", "nano", name), "utf8")).not.toContain("PRIVATE");
});

test("a folder of pinned keys without a key is told, and not taken for a node that signs nothing", async () => {
  await openKeys(at("keys"));
  await pinKeys({ keys: at("keys"), trust: at("trust"), node: "nano" });
  await mkdir(at("trust", "sg"));
  await writeFile(at("trust", "sg", "receipt.pem"), "");
  await expect(openTrust(at("trust"))).rejects.toThrow(/trust\/sg has no key: put the node's receipt-<keyid>\.pem there/);
});

test("a key file that is no key, a pin that is not what its name says, and no folder at all are told with the place", async () => {
  await openKeys(at("keys"));
  await pinKeys({ keys: at("keys"), trust: at("trust"), node: "nano" });
  await writeFile(at("keys", "log.pem"), "");
  await expect(openKeys(at("keys"))).rejects.toThrow(at("keys", "log.pem"));
  const pinned = at("trust", "nano", `receipt-${"0".repeat(64)}.pem`);
  const [file = ""] = (await readdir(at("trust", "nano"))).filter((name) => name.startsWith("receipt-"));
  await writeFile(pinned, await readFile(at("trust", "nano", file)));
  await expect(openTrust(at("trust"))).rejects.toThrow(pinned);
  await expect(openTrust(at("nowhere"))).rejects.toMatchObject({ code: "invalid_state" });
  await expect(pinKeys({ keys: at("keys"), trust: at("trust"), node: "../x" })).rejects.toMatchObject({ code: "name_invalid" });
});
