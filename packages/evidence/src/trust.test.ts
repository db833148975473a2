import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { makeSigner, makeTrust } from "./testing/signers.ts";

const nano = makeSigner();
const sg = makeSigner();
const bytes = (text: string): Buffer => Buffer.from(text);

const counted = vi.spyOn(crypto, "verify");
syncBuiltinESMExports();
beforeEach(() => void counted.mockClear());
afterAll(() => {
  counted.mockRestore();
  syncBuiltinESMExports();
});
/** Signatures that were computed since the test began. */
const computed = (): number => counted.mock.calls.length;

test("a signature that holds is computed once, asked for here or aside", async () => {
  const trust = makeTrust({ nano, sg });
  const signature = nano.sign(bytes("x"));
  expect(trust.verify("nano", bytes("x"), signature)).toBe(true);
  expect(await trust.verifyAside("nano", bytes("x"), signature)).toBe(true);
  expect(trust.verify("nano", bytes("x"), Buffer.from(signature))).toBe(true);
  expect(computed()).toBe(1);
});

test("one that does not hold is computed each time, and stays refused", async () => {
  const trust = makeTrust({ nano, sg });
  const signature = sg.sign(bytes("x"));
  for (let time = 1; time <= 3; time += 1) {
    expect(trust.verify("nano", bytes("x"), signature)).toBe(false);
    expect(computed()).toBe(time);
  }
});

test("what holds of one node, one text and one signature says nothing of any other", () => {
  const trust = makeTrust({ nano, sg });
  const signature = nano.sign(bytes("x"));
  expect(trust.verify("nano", bytes("x"), signature)).toBe(true);
  expect(trust.verify("sg", bytes("x"), signature)).toBe(false);
  expect(trust.verify("nano", bytes("y"), signature)).toBe(false);
  expect(trust.verify("nano", bytes("x"), Buffer.concat([signature, bytes("x")]))).toBe(false);
  // Bytes and signature in one row are the same here: they are only cut at another place.
  expect(trust.verify("nano", Buffer.concat([signature.subarray(63), bytes("x")]), signature.subarray(0, 63))).toBe(false);
});

test("other keys know nothing of what earlier ones held to be signed", () => {
  const signature = nano.sign(bytes("x"));
  expect(makeTrust({ nano }).verify("nano", bytes("x"), signature)).toBe(true);
  expect(makeTrust({ nano: makeSigner() }).verify("nano", bytes("x"), signature)).toBe(false);
  expect(makeTrust({ sg }).verify("nano", bytes("x"), signature)).toBe(false);
});

test("as many are remembered as were asked for last, and a flood of others' signatures changes no answer", () => {
  const trust = makeTrust({ nano, sg });
  const [kept, forgotten] = [nano.sign(bytes("kept")), nano.sign(bytes("forgotten"))];
  for (const [text, signature] of [
    ["kept", kept],
    ["forgotten", forgotten],
  ] as const)
    trust.verify("nano", bytes(text), signature);
  for (let at = 0; at < 4_095; at += 1) {
    trust.verify("sg", bytes(String(at)), sg.sign(bytes(String(at))));
    trust.verify("nano", bytes("kept"), kept);
  }
  counted.mockClear();
  expect(trust.verify("nano", bytes("kept"), kept)).toBe(true);
  expect(computed()).toBe(0);
  expect(trust.verify("nano", bytes("forgotten"), forgotten)).toBe(true);
  expect(computed()).toBe(1);
});
