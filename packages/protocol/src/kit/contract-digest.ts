import { z } from "zod";
import type { Health } from "../messages/answers.ts";
import { refOf, sha256Of } from "../messages/identifiers.ts";
import type { AnyArtifact } from "./define-artifact.ts";

/** A JSON Schema (draft 2020-12), as plain data. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The JSON Schema of an artifact's values as they come in. It has no rule that JSON Schema can't express, such as a check across fields. */
export function toJsonSchema({ schema }: Pick<AnyArtifact, "schema">): JsonSchema {
  return sorted(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })) as JsonSchema; // an object, by its own contract
}

/** SHA-256 of an artifact's schema, the same in all releases that mean the same by `name@version`. The order of fields is no difference. */
export function contractDigest({ schema }: Pick<AnyArtifact, "schema">): string {
  const digest = digests.get(schema) ?? sha256Of(JSON.stringify(toJsonSchema({ schema })));
  digests.set(schema, digest);
  return digest;
}

// Digests by schema: a schema never changes, and writing it as JSON Schema takes a millisecond.
const digests = new WeakMap<object, string>();

/** JSON with the names of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, held]) => [name, name === "required" && Array.isArray(held) ? held.map(String).sort() : sorted(held)]),
  );
}

/** Digests of all versions of the artifacts, by `name@version`. */
export function contractDigests(artifacts: readonly AnyArtifact[]): Record<string, string> {
  return Object.fromEntries(artifacts.flatMap(({ versions }) => versions.map((one) => [refOf(one), contractDigest(one)])));
}

/** References to contracts of a peer that differ from ours under the same `name@version`: somebody changed a released contract. */
export function differingContracts(ours: Readonly<Record<string, string>>, { contracts }: Pick<Health, "contracts">): string[] {
  return Object.entries(contracts.digests ?? {}).flatMap(([ref, digest]) => (ours[ref] === undefined || ours[ref] === digest ? [] : [ref]));
}
