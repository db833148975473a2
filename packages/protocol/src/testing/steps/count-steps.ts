import crypto from "node:crypto";
import { type Profiler, Session } from "node:inspector";
import { syncBuiltinESMExports } from "node:module";
import { exec } from "./regexp-program.ts";
import { stepsOfExec } from "./regexp-steps.ts";

/** Cost of a call of a built-in function: what it reads, in characters, bytes or elements, as far as its arguments and its result tell. */
type Cost = (self: string, args: readonly unknown[], result: unknown) => number; // or a list, or bytes: all have a length

const longNeedle = 250;
const sizeOf = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) || value instanceof Uint8Array ? value.length : 1;
const self: Cost = ({ length }) => length;
const result: Cost = (_, __, made) => sizeOf(made);
const both: Cost = (one, _, made) => one.length + sizeOf(made);
const none: Cost = () => 0;
const cut: Cost = ({ length }, _, made) => length - sizeOf(made) + 1;
const argument: Cost = (_, [first]) => sizeOf(first);
/** Steps of a search over so many places. V8 compares all of a long text at each place where it must. */
const searched = (places: number, wanted: unknown): number =>
  sizeOf(wanted) > longNeedle ? (places + 1) * sizeOf(wanted) : places + sizeOf(wanted);
const placesTo = ({ length }: string, from: unknown, at: number): number => Math.max(0, (at < 0 ? length : at) - Number(from ?? 0));
const found: Cost = (text, [wanted, from], at) => searched(placesTo(text, from, Number(at)), wanted);
const foundBack: Cost = ({ length }, [wanted, from], at) =>
  searched(Math.min(length, Number(from ?? length)) - Math.max(0, Number(at)), wanted);
const sorted: Cost = ({ length }) => length * Math.ceil(Math.log2(length + 2));
const keys: Cost = (_, [of]) => (typeof of === "object" && of !== null ? Object.keys(of).length : sizeOf(of));

/** Built-in functions that read more than a constant. What takes a callback, or an iterable, is counted by that. */
const costs: readonly (readonly [holder: object, costs: Readonly<Record<string | symbol, Cost>>])[] = [
  [
    String.prototype,
    {
      indexOf: found,
      includes: (text, [wanted], has) => searched(has === true ? text.indexOf(String(wanted)) : text.length, wanted),
      lastIndexOf: foundBack,
      startsWith: argument,
      endsWith: argument,
      split: self,
      trim: cut,
      trimStart: cut,
      trimEnd: cut,
      slice: none,
      substring: none,
      toLowerCase: self,
      toUpperCase: self,
      normalize: self,
      localeCompare: self,
      replace: both,
      replaceAll: both,
      repeat: result,
    },
  ],
  [
    Array.prototype,
    {
      includes: self,
      indexOf: (list, _, at) => (Number(at) < 0 ? list.length : Number(at)),
      slice: result,
      concat: result,
      with: result,
      toReversed: result,
      reverse: result,
      flat: result,
      flatMap: result,
      join: result,
      splice: self,
      shift: self,
      unshift: self,
      sort: sorted,
      toSorted: sorted,
    },
  ],
  [Object, { keys, entries: keys, values: keys, assign: (self, [, from]) => keys(self, [from], undefined) }],
  [JSON, { parse: argument, stringify: result }],
  [Map.prototype, { get: argument, has: argument, set: argument }],
  [Set.prototype, { has: argument, add: argument }],
  [Buffer, { from: result, byteLength: argument, concat: result }],
  [Buffer.prototype, { indexOf: found, equals: (one, [other]) => (sizeOf(other) === one.length ? one.length : 1), toString: result }],
  [TextDecoder.prototype, { decode: argument }],
  [crypto, { hash: (_, [, bytes]) => sizeOf(bytes) }],
  [nextOf([][Symbol.iterator]()), { next: () => 1 }],
  [nextOf(new Map().entries()), { next: () => 1 }],
  [nextOf(new Set().values()), { next: () => 1 }],
  [nextOf(""[Symbol.iterator]()), { next: () => 1 }],
  [nextOf(new Intl.Segmenter().segment("")[Symbol.iterator]()), { next: (_, __, made) => segmentSize(made) }],
];

function nextOf(iterator: object): object {
  return Object.getPrototypeOf(iterator) as object; // the prototype that all iterators of its kind have
}

function segmentSize(made: unknown): number {
  const { value } = made as { value?: { segment: string } }; // what next() of a segmenter's iterator gives
  return value?.segment.length ?? 1;
}

const { apply } = Reflect;

/**
 * Starts to count steps in this thread: executions of every block of code, by V8's precise coverage; what built-in functions read; and the
 * steps of each match of a regular expression. A count has no noise of other processes, so that one can be held against another. V8 counts
 * blocks only of code that it has not compiled yet: this is called in a thread of its own, before what is measured is imported.
 *
 * Not counted is that garbage is collected.
 */
export function startCounting(): (run: () => unknown) => number {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const blocks = (): number => {
    let result: Profiler.ScriptCoverage[] = [];
    // A session of the same thread answers at once.
    session.post("Profiler.takePreciseCoverage", (_, taken) => (result = taken.result));
    const measured = result.filter(({ url }) => url.startsWith("file:") && !own.has(url));
    return measured.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges)).reduce((sum, { count }) => sum + count, 0);
  };
  return (run) => {
    blocks();
    const built = counted(run);
    return built + blocks();
  };
}

/** Files that count, and are not counted. */
const own = new Set(["count-steps.ts", "regexp-steps.ts", "regexp-program.ts"].map((file) => new URL(file, import.meta.url).href));

/**
 * Counts what it takes to make texts flat. V8 keeps a text that was put together from others as a tree, and copies all of it once somebody looks
 * into it: a text that grows by a little and is looked at each time is copied each time. No code can see which texts are trees: those are taken
 * for trees that no function was given or has made before.
 */
function createFlattening(): (given: readonly unknown[], made: unknown) => number {
  const flat = new Set<string>();
  const longOf = (values: readonly unknown[]): string[] =>
    values.filter((value): value is string => typeof value === "string" && value.length > longNeedle);
  return (given, made) => {
    const trees = longOf(given).filter((text) => !flat.has(text));
    for (const text of [...trees, ...longOf(Array.isArray(made) ? made : [made])]) flat.add(text);
    return trees.reduce((sum, { length }) => sum + length, 0);
  };
}

/** Runs with all built-in functions counted. */
function counted(run: () => unknown): number {
  let steps = 0;
  let inside = false;
  const stepsToFlatten = createFlattening();
  const restore: (() => void)[] = [];
  const replace = (holder: object, key: string | symbol, to: (original: Function) => Function): void => {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before === undefined) throw new TypeError(`there is no ${String(key)} to count`);
    Object.defineProperty(holder, key, { ...before, value: to(before.value as Function) });
    restore.push(() => Object.defineProperty(holder, key, before));
  };
  const once = (cost: () => number): void => {
    if (inside) return;
    inside = true;
    steps += 1 + cost();
    inside = false;
  };
  for (const [holder, own] of costs)
    for (const key of Reflect.ownKeys(own)) {
      const cost = own[key as string];
      replace(
        holder,
        key,
        (original) =>
          function (this: string, ...args: unknown[]) {
            const made: unknown = apply(original, this, args);
            once(() => stepsToFlatten([this, ...args], made) + (cost?.(this, args, made) ?? 0));
            return made;
          },
      );
    }
  replace(
    RegExp.prototype,
    "exec",
    () =>
      function (this: RegExp, given: unknown) {
        const text = String(given);
        const { lastIndex } = this;
        const made = exec(this, text);
        once(() => {
          const after = this.lastIndex;
          const flattened = stepsToFlatten([text], made);
          this.lastIndex = lastIndex;
          const { steps, match } = stepsOfExec(this, text);
          this.lastIndex = after;
          if (match?.[0] !== made?.index || (made && match?.[1] !== made.index + made[0].length))
            throw new Error(`${String(this)} is not counted as it matches: ${JSON.stringify(text)}`);
          return flattened + steps;
        });
        return made;
      },
  );
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    for (const one of restore.toReversed()) one();
    syncBuiltinESMExports();
  }
  return steps;
}
