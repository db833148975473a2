import type { Document } from "@tasuki/contracts";

/** The files that a stage was given, with their digests. */
export function inputDigests(
  inputs: Readonly<Record<string, Document | readonly Document[] | undefined>>,
): { name: string; sha256: string }[] {
  return Object.values(inputs)
    .flatMap((held) => held ?? [])
    .map(({ name, sha256 }) => ({ name, sha256 }));
}
