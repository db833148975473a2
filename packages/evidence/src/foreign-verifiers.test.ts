import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, type TrustMaterial, Verifier } from "@sigstore/verify";
import { type Envelope, type Receipt, taskPayloadType } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { signEnvelope } from "./envelope.ts";
import { toReceipt } from "./receipt.ts";
import { makeSigner, type TestSigner } from "./testing/signers.ts";

const nano = makeSigner();
const stranger = makeSigner();
const id = "01936b1c-0000-7000-8000-000000000001";
const receipt: Receipt = {
  node: "nano",
  instance: id,
  role: "nano",
  run: id,
  stage: "nano",
  task: id,
  epoch: 1,
  attempt: 0,
  state: "accepted",
  at: "2026-11-24T12:00:00.000Z",
  index: 7,
};

/** Verdict of Sigstore's own verifier on an envelope: it has no idea of Tasuki, and its keys come from this very trust material. */
function bySigstore(envelope: Envelope, signer: TestSigner): unknown {
  const trusted: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: signer.publicKey, validFor: () => true }),
  };
  const bundle = bundleFromJSON({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: signer.keyid } },
    dsseEnvelope: envelope,
  });
  return new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
}

const envelopes = {
  receipt: toReceipt(receipt, [{ name: "brief.md", sha256: "a".repeat(64) }], nano),
  task: signEnvelope(Buffer.from('{"kind":"work","reason":"wörld"}'), taskPayloadType, nano),
};

// guarantees: R3.foreign
test.each(Object.entries(envelopes))("Sigstore's verifier takes a %s for what its node signed", (_name, envelope) => {
  expect(bySigstore(envelope, nano)).toMatchObject({ key: expect.anything() });
});

test.each(Object.entries(envelopes))("Sigstore's verifier refuses a %s of another key, and one that was changed", (_name, envelope) => {
  expect(() => bySigstore(envelope, stranger)).toThrow(expect.objectContaining({ code: "SIGNATURE_ERROR" }));
  const payload = Buffer.from(envelope.payload, "base64");
  payload.writeUInt8(payload.readUInt8(3) ^ 1, 3);
  expect(() => bySigstore({ ...envelope, payload: payload.toString("base64") }, nano)).toThrow(
    expect.objectContaining({ code: "SIGNATURE_ERROR" }),
  );
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
/** Verdict of OpenSSL on an envelope, by nothing but the text of the DSSE specification (v1.0.2, protocol.md). */
async function byOpenssl({ payload, payloadType, signatures }: Envelope, signer: TestSigner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-openssl-"));
  try {
    const body = Buffer.from(payload, "base64");
    await writeFile(join(folder, "pae"), Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]));
    await writeFile(join(folder, "sig"), Buffer.from(signatures[0]?.sig ?? "", "base64"));
    await writeFile(join(folder, "key.pem"), signer.publicKey.export({ type: "spki", format: "pem" }));
    const args = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "pae", "-sigfile", "sig"];
    const { stdout, status } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    return status === 0 ? stdout.trim() : "refused";
  } finally {
    await rm(folder, { recursive: true });
  }
}

// guarantees: R3.foreign
test.skipIf(!hasOpenssl).each(Object.entries(envelopes))(
  "OpenSSL takes a %s for what its node signed, and not of another key, nor changed (skipped where there is no openssl)",
  async (_name, envelope) => {
    expect(await byOpenssl(envelope, nano)).toBe("Signature Verified Successfully");
    expect(await byOpenssl(envelope, stranger)).toBe("refused");
    const payload = Buffer.from(envelope.payload, "base64");
    payload.writeUInt8(payload.readUInt8(3) ^ 1, 3);
    expect(await byOpenssl({ ...envelope, payload: payload.toString("base64") }, nano)).toBe("refused");
  },
);
