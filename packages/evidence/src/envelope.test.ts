import type { Envelope } from "@tasuki/protocol";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { payloadDigest, payloadOf, signEnvelope, toPae, verifyEnvelope, verifyEnvelopeAside } from "./envelope.ts";
import { makeSigner, makeTrust } from "./testing/signers.ts";

const nano = makeSigner();
const stranger = makeSigner();
const trust = makeTrust({ nano, sg: makeSigner() });
const payloadType = "application/vnd.test+json";
const read = (envelope: Envelope, type = payloadType, node = "nano") => verifyEnvelope(envelope, { trust, node, payloadType: type });
const bytes = fc.uint8Array({ maxLength: 200 });
/** The bytes, hexadecimal, or the error's name. */
function tried(action: () => Buffer): string {
  try {
    return action().toString("hex");
  } catch (error) {
    return error instanceof Error ? error.name : "";
  }
}

test("what is signed is DSSE's encoding of type and payload (vector of the specification)", () => {
  expect(toPae("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe(
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
  expect(toPae("ü", Buffer.from("é")).toString()).toBe("DSSEv1 2 ü 2 é");
});

test("any payload comes back as its own bytes", () => {
  fc.assert(
    fc.property(bytes, fc.string(), (payload, type) => {
      const envelope = signEnvelope(payload, type, nano);
      expect(read(envelope, type)).toEqual(Buffer.from(payload));
      expect(payloadOf(envelope)).toEqual(Buffer.from(payload));
    }),
  );
});

test("the same bytes give the same envelope", () => {
  expect(signEnvelope(Buffer.from("x"), payloadType, nano)).toEqual(signEnvelope(Buffer.from("x"), payloadType, nano));
});

test("a change to any byte of payload, signature or type is found", () => {
  const flip = (from: Uint8Array, at: number, mask: number) =>
    Buffer.from(from).fill((from[at % from.length] ?? 0) ^ mask, at % from.length, (at % from.length) + 1);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, mask) => {
      const good = signEnvelope(payload, payloadType, nano);
      const [signature] = good.signatures;
      const sig = flip(Buffer.from(signature?.sig ?? "", "base64"), at, mask).toString("base64");
      const type = flip(Buffer.from(payloadType), at, 1 + (mask % 15)).toString("latin1");
      expect(() => read({ ...good, payload: flip(payload, at, mask).toString("base64") })).toThrow(/pinned key/);
      expect(() => read({ ...good, signatures: [{ sig }] })).toThrow(/pinned key/);
      expect(() => read({ ...good, payloadType: type }, type)).toThrow(/pinned key/);
    }),
  );
});

test("a character changed in the base64 is refused, or stands for the same bytes", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (payload, at, character) => {
      const good = signEnvelope(payload, payloadType, nano);
      const place = at % (good.payload.length + 1);
      const changed = good.payload.slice(0, place) + character + good.payload.slice(place + 1);
      const result = tried(() => read({ ...good, payload: changed }));
      expect(["TasukiError", Buffer.from(payload).toString("hex")]).toContain(result);
    }),
  );
});

test("base64 is taken where it is what its bytes encode to, and refused elsewhere", () => {
  const read = (text: string): string => tried(() => payloadOf({ payload: text, payloadType, signatures: [] }));
  const encodesTo = (text: string): string => {
    const decoded = Buffer.from(text, "base64");
    const bare = text
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/={0,2}$/, "");
    return decoded.toString("base64url") === bare ? decoded.toString("hex") : "TasukiError";
  };
  const letters = fc.string({ unit: fc.constantFrom(...Array.from("ABCzaz019+/-_= \n\u00e9\u0141")), maxLength: 12 });
  const cut = fc.tuple(bytes, fc.nat(), letters).map(([payload, at, inner]) => {
    const text = Buffer.from(payload).toString("base64");
    const place = at % (text.length + 1);
    return text.slice(0, place) + inner + text.slice(place + inner.length);
  });
  fc.assert(
    fc.property(fc.oneof(letters, cut), (text) => {
      expect(read(text)).toBe(encodesTo(text));
    }),
    { numRuns: 5_000 },
  );
});

test("URL-safe base64 is read like the standard one, also without padding", () => {
  fc.assert(
    fc.property(bytes, (payload) => {
      const good = signEnvelope(payload, payloadType, nano);
      const urlSafe = (text: string) => Buffer.from(text, "base64").toString("base64url");
      const signatures = good.signatures.map(({ sig }) => ({ sig: urlSafe(sig) }));
      expect(read({ ...good, payload: urlSafe(good.payload), signatures })).toEqual(Buffer.from(payload));
      expect(payloadDigest({ ...good, payload: urlSafe(good.payload) })).toBe(payloadDigest(good));
    }),
  );
});

test("another node's key, an unknown key, an unknown node and no signature count for nothing", () => {
  const refused = { code: "signature_invalid" };
  const good = signEnvelope(Buffer.from("x"), payloadType, nano);
  expect(() => read(good, payloadType, "sg")).toThrow(expect.objectContaining(refused));
  expect(() => read(good, payloadType, "constructor")).toThrow(expect.objectContaining(refused));
  expect(() => read(signEnvelope(Buffer.from("x"), payloadType, stranger))).toThrow(expect.objectContaining(refused));
  expect(() => read({ ...good, signatures: [] })).toThrow(expect.objectContaining(refused));
  expect(() => read(good, "application/other")).toThrow(expect.objectContaining(refused));
});

test("keyid decides nothing: neither a borrowed one, nor a missing one", () => {
  const forged = signEnvelope(Buffer.from("x"), payloadType, { ...stranger, keyid: nano.keyid });
  expect(() => read(forged)).toThrow(/pinned key/);
  const good = signEnvelope(Buffer.from("x"), payloadType, nano);
  const signatures = [...forged.signatures, ...good.signatures.map(({ sig }) => ({ sig, keyid: "other" }))];
  expect(read({ ...good, signatures })).toEqual(Buffer.from("x"));
});

test("asked for one by one or at once, here or on other threads, the same is taken and the same refused", async () => {
  const aside = (envelope: Envelope, node = "nano") => verifyEnvelopeAside(envelope, { trust, node, payloadType });
  await fc.assert(
    fc.asyncProperty(bytes, async (payload) => {
      const good = signEnvelope(payload, payloadType, nano);
      const forged = signEnvelope(payload, payloadType, stranger);
      expect(await aside({ ...good, signatures: [...forged.signatures, ...good.signatures] })).toEqual(Buffer.from(payload));
      await expect(aside(forged)).rejects.toMatchObject({ code: "signature_invalid" });
      await expect(aside(good, "sg")).rejects.toMatchObject({ code: "signature_invalid" });
      const atOnce = await Promise.allSettled([good, forged, good, forged].map((envelope) => aside(envelope)));
      expect(atOnce.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
    }),
  );
});
