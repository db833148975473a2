import type { Random } from "../../sim/random.ts";
import { hostileText, hostileValue } from "./hostile-text.ts";

type Path = readonly (string | number)[];

/** Ways in which a document of JSON is not what its schema says. */
export const shapes = {
  "a value of another type": (document, random) => changed(document, somewhere(document, random), () => hostileValue(random)),
  "a hostile text": (document, random) =>
    changed(
      document,
      somewhere(document, random, (value) => typeof value === "string"),
      () => hostileText(random),
    ),
  "a key that is missing": (document, random) => changed(document, somewhere(document, random), () => undefined),
  "keys that nobody knows": (document, random) =>
    changed(document, somewhere(document, random, isObject), (value) => ({ ...(value as object), ...unknownKeys(random) })),
  "a list that is repeated": (document, random) =>
    changed(document, somewhere(document, random, Array.isArray), (value) =>
      Array.from({ length: random.pick([2, 100, 2_500]) }, () => value as unknown[]).flat(),
    ),
} satisfies Record<string, (document: unknown, random: Random) => unknown>;

function unknownKeys(random: Random): object {
  const junk = "#".repeat(random.pick([1, 1_000, 40_000]));
  return { [`x-${random.integer(0, 9)}`]: junk, constructor: 1, toString: [junk.slice(0, 9)], ["__proto__x"]: { polluted: true } };
}

/** Path of a value in a document, of those that are wanted; of the document itself where there are none. */
function somewhere(document: unknown, random: Random, isWanted: (value: unknown) => boolean = () => true): Path {
  const paths = pathsOf(document, []).filter((path) => path.length > 0 && isWanted(at(document, path)));
  return paths.length === 0 ? [] : random.pick(paths);
}

function pathsOf(value: unknown, path: Path): Path[] {
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.slice(0, 20).map((one, at) => [at, one])
    : isObject(value)
      ? Object.entries(value as object)
      : [];
  return [path, ...entries.flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

function at(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], document); // a path that was found there
}

/** Document with another value at a path; without the key where that is undefined. */
function changed(document: unknown, path: Path, change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(document);
  const copy = (Array.isArray(document) ? [...document] : { ...(document as object) }) as Record<string | number, unknown>;
  const value = changed(copy[key], rest, change);
  if (value !== undefined) copy[key] = value;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
