/** The bytes that a signature covers: DSSE v1.0.2 pre-authentication encoding (secure-systems-lab/dsse, protocol.md). */
export function toPae(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}
