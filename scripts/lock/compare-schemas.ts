import { isDeepStrictEqual } from "node:util";
import type { JsonSchema } from "@tasuki/protocol";

/** One thing in which a contract's schema is not as it was released. */
export interface Difference {
  /** Path of the field: `candidates.*.score`; empty for the value itself. */
  readonly path: string;
  /** The difference, as a phrase: `is new, and may be left out`. */
  readonly what: string;
  /** True where a release with either schema reads the files of the other. */
  readonly isCompatible: boolean;
}

// Remarks tell people something, and change no file.
const remarks = new Set(["title", "description", "$comment", "examples", "deprecated", "$schema"]);

/** Every difference between a released schema and the present one, by field. None where they mean the same. */
export function compareSchemas(released: JsonSchema, present: JsonSchema, path = ""): readonly Difference[] {
  const keys = [...new Set([...Object.keys(released), ...Object.keys(present)])];
  return keys.flatMap((key): readonly Difference[] => {
    const [was, is] = [released[key], present[key]];
    if (isDeepStrictEqual(was, is)) return [];
    if (remarks.has(key)) return [{ path, what: `another ${key}`, isCompatible: true }];
    if (key === "properties") return compareFields(released, present, path);
    // The fields that there are, and those that must be there, are compared together.
    if (key === "required")
      return isDeepStrictEqual(released["properties"], present["properties"]) ? compareFields(released, present, path) : [];
    if (key === "items" && isSchema(was) && isSchema(is)) return compareSchemas(was, is, join(path, "*"));
    if (key === "additionalProperties") return compareRest(was, is, path);
    return [{ path, what: `${key} was ${show(was)}, and is ${show(is)}`, isCompatible: false }];
  });
}

function compareFields(released: JsonSchema, present: JsonSchema, path: string): readonly Difference[] {
  const [before, after] = [fieldsOf(released), fieldsOf(present)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name): readonly Difference[] => {
    const at = join(path, name);
    const [was, is] = [before.get(name), after.get(name)];
    if (is === undefined) return [{ path: at, what: "is gone", isCompatible: false }];
    if (was === undefined) {
      if (is.isRequired) return [{ path: at, what: "is new, and required: released files don't have it", isCompatible: false }];
      // Readers pass over a field that they don't know, unless the schema is strict.
      const isStrict = released["additionalProperties"] === false;
      const what = isStrict ? "is new, where the released schema refuses fields that it doesn't know" : "is new, and may be left out";
      return [{ path: at, what, isCompatible: !isStrict }];
    }
    const presence: readonly Difference[] =
      was.isRequired === is.isRequired
        ? []
        : [
            {
              path: at,
              what: is.isRequired ? "may have been left out, and is required" : "was required, and may be left out",
              isCompatible: false,
            },
          ];
    return [...presence, ...compareSchemas(was.schema, is.schema, at)];
  });
}

/** Difference in the rule for fields that aren't named. */
function compareRest(was: unknown, is: unknown, path: string): readonly Difference[] {
  if (isSchema(was) && isSchema(is)) return compareSchemas(was, is, join(path, "*"));
  if (is === false) return [{ path, what: "refuses fields that it doesn't know, which were passed over", isCompatible: false }];
  if (was === false) return [{ path, what: "passes over fields that it doesn't know, which were refused", isCompatible: true }];
  return [{ path, what: `other fields were ${show(was)}, and are ${show(is)}`, isCompatible: false }];
}

function fieldsOf(schema: JsonSchema): ReadonlyMap<string, { schema: JsonSchema; isRequired: boolean }> {
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const fields = Object.entries(isSchema(schema["properties"]) ? schema["properties"] : {});
  return new Map(fields.map(([name, field]) => [name, { schema: isSchema(field) ? field : {}, isRequired: required.has(name) }]));
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
