import type { Random } from "./random.ts";

/** UUIDv7 (RFC 9562, section 5.7) from simulated time and chance. */
export function createIds(now: () => number, random: Random): () => string {
  const hex = (digits: number): string => hexOf(random, digits);
  return () => {
    const time = Math.floor(now()).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${random.pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`;
  };
}

/** Salts from chance. */
export function createSalts(random: Random): () => string {
  return () => hexOf(random, 32);
}

function hexOf(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join("");
}
