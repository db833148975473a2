import { randomFillSync } from "node:crypto";

const saltBytes = 16;
/** Salts that are drawn at once: a draw costs as much as a small signature, however many bytes it brings. */
const drawnAtOnce = 256;

/** Source of salts: 128 random bits each, as 32 hexadecimal digits. */
export function createSalts(): () => string {
  const drawn = Buffer.alloc(saltBytes * drawnAtOnce);
  let at = drawn.length;
  return () => {
    if (at === drawn.length) {
      randomFillSync(drawn);
      at = 0;
    }
    at += saltBytes;
    return drawn.toString("hex", at - saltBytes, at);
  };
}
