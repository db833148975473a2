import { z } from "zod";
import type { Unmet } from "./problem.ts";

/** Lines of a complaint: whoever mends so many asks again. */
const mostLines = 20;
/** Characters of a name that is compared with others; a longer one is near none. */
const longestName = 64;

/**
 * Keys of a value that its schema does not know, at any depth, each with the nearest name that it does know. Readers drop such keys; where a person
 * writes by hand, a key that nobody reads is a mistake. `place` names the value: `query`, `task`.
 */
export function unknownKeys(schema: z.ZodType, value: unknown, place: string): Unmet[] {
  return [...complaints(schema, value, { place, path: [] })].slice(0, mostLines);
}

interface Place {
  readonly place: string;
  readonly path: readonly (string | number)[];
}

function* complaints(schema: z.ZodType, value: unknown, { place, path }: Place): Generator<Unmet> {
  const known = plainOf(schema);
  if (known instanceof z.ZodArray && Array.isArray(value))
    for (const [at, one] of value.entries()) yield* complaints(known.element as z.ZodType, one, { place, path: [...path, at] });
  if (!(known instanceof z.ZodObject) || typeof value !== "object" || value === null || Array.isArray(value)) return;
  const shape = known.shape as Readonly<Record<string, z.ZodType>>;
  for (const [key, one] of Object.entries(value)) {
    const of = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (of === undefined) yield toUnmet(key, Object.keys(shape), { place, path });
    else yield* complaints(of, one, { place, path: [...path, key] });
  }
}

/** Schema without what makes a value optional or fills it in. */
function plainOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return plainOf(schema.unwrap() as z.ZodType);
  return schema;
}

function toUnmet(key: string, names: readonly string[], { place, path }: Place): Unmet {
  const near = nearest(key, names);
  const shown = key.length > longestName ? `${key.slice(0, longestName)}…` : key;
  return {
    file: place,
    path: [...path, shown].join("."),
    expected: names.length === 0 ? "none, as it takes no names" : `one of: ${names.join(", ")}`,
    got: `'${shown}'`,
    fix: near === undefined ? `leave '${shown}' out` : `write '${near}', or leave '${shown}' out`,
  };
}

/** Name that a misspelt one was meant to be: at most a third of its letters are wrong, missing, added or swapped. Upper case is no difference. */
function nearest(given: string, names: readonly string[]): string | undefined {
  if (given.length > longestName) return undefined;
  const measured = names.map((name) => ({ name, far: distance(given.toLowerCase(), name.toLowerCase()) }));
  const best = measured.toSorted((one, other) => one.far - other.far)[0];
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Distance between two words in letters. Source: optimal string alignment (Damerau, Levenshtein). */
function distance(one: string, other: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1), swapped);
    }
    [before, last] = [last, row];
  }
  return last[other.length] ?? 0;
}
