import { z } from "zod";
import type { AnyArtifact } from "./define-artifact.ts";
import { sha256Of } from "./sha256.ts";

/** A JSON Schema (draft 2020-12), as plain data. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The shape of an artifact's values, as they may come in. What JSON Schema can't say (a check across fields) is not in it. */
export function toJsonSchema({ schema }: Pick<AnyArtifact, "schema">): JsonSchema {
  return sorted(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })) as JsonSchema; // an object, by its own contract
}

/** SHA-256 of an artifact's schema: two releases that mean the same by `name@version` have the same. The order of fields is no difference. */
export function contractDigest({ schema }: Pick<AnyArtifact, "schema">): string {
  const digest = digests.get(schema) ?? sha256Of(JSON.stringify(toJsonSchema({ schema })));
  digests.set(schema, digest);
  return digest;
}

// A schema never changes, and to write it as JSON Schema takes a millisecond.
const digests = new WeakMap<object, string>();

/** The same JSON with the names of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, held]) => [name, name === "required" && Array.isArray(held) ? held.map(String).sort() : sorted(held)]),
  );
}
