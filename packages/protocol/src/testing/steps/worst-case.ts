import { type Arbitrary, array, constantFrom, record, sample } from "fast-check";

/** Filling of a part of an input: a unit of tokens, again and again. */
interface Flood {
  readonly unit: string;
  /** Weight of the part among all parts of the input. Of weight 0, the unit stands once. */
  readonly share: number;
  /** Texts that the part is cut into: single units, lines of some 60 bytes, two halves, or one. */
  readonly cut: "units" | "lines" | "halves" | "whole";
}

/** Kind of input, of any size: what fills each of its parts. Parts that it leaves out are empty. */
export type Recipe = Readonly<Record<string, Flood>>;
/** Texts of a part of an input. */
export type Fill = (part: string) => readonly string[];

/** A function whose steps are counted, and the inputs that it is given. */
export interface Subject {
  readonly name: string;
  /** Parts of an input. */
  readonly parts: readonly string[];
  /** Tokens that mean something to the function. */
  readonly tokens: readonly string[];
  /** Recipes that are tried before any that is drawn: what was once too slow, or would be without a limit. */
  readonly known?: readonly Recipe[];
  /** Largest size that the function is given, bytes. */
  readonly maxBytes?: number;
  /** Prepares a call on an input. `bytes` are those of the input. */
  prepare(fill: Fill): { readonly bytes: number; readonly run: () => unknown };
}

/** A flood of a unit; `once` has it once. */
export const flood = (unit: string, cut: Flood["cut"] = "whole"): Flood => ({ unit, share: 1, cut });
export const once = (unit: string): Flood => ({ unit, share: 0, cut: "whole" });

/** Fill of a recipe at a size in bytes. */
export function fillOf(recipe: Recipe, size: number): Fill {
  const weights = Object.values(recipe).reduce((sum, { share }) => sum + share, 0);
  return (part) => {
    const { unit, share, cut } = recipe[part] ?? once("");
    if (unit === "") return [];
    if (share === 0) return [unit];
    const bytes = (size * share) / weights;
    const length = { units: 1, lines: 60, halves: bytes / 2, whole: bytes }[cut];
    const text = unit.repeat(Math.max(1, Math.floor(length / Buffer.byteLength(unit))));
    return Array.from({ length: Math.max(1, Math.floor(bytes / Buffer.byteLength(text))) }, () => text);
  };
}

export interface Counting {
  /** Steps of a call. */
  readonly count: (run: () => unknown) => number;
  /** Sizes of inputs, bytes. */
  readonly sizes: readonly number[];
}

/** Steps for each byte of a recipe's inputs, at each size. */
export function stepsPerByte(subject: Subject, recipe: Recipe, { count, sizes }: Counting): number[] {
  return sizes.map((size) => {
    const { bytes, run } = subject.prepare(fillOf(recipe, size));
    return count(run) / Math.max(size, bytes);
  });
}

/**
 * The recipe whose inputs take the most steps for each byte, of those that are known, drawn at random, or made of the worst so far by a
 * change of one part or two. Steps that grow faster than the size count for more: they are the worst of all where the input is long enough.
 */
export function searchWorst(
  subject: Subject,
  { seed, tries, ...counting }: Counting & { readonly seed: number; readonly tries: number },
): Recipe {
  const { known = [], parts } = subject;
  const drawn = sample(recipes(subject), { seed, numRuns: tries });
  const changes = sample(array(constantFrom(...parts), { minLength: 1, maxLength: 2 }), { seed, numRuns: tries });
  let worst: { readonly recipe: Recipe; readonly badness: number } = { recipe: {}, badness: 0 };
  const attempt = (recipe: Recipe): void => {
    const perByte = stepsPerByte(subject, recipe, counting);
    const [first = 0, last = 0] = [perByte[0], perByte.at(-1)];
    const badness = last * Math.max(1, last / Math.max(1, first)) ** 3;
    if (badness > worst.badness) worst = { recipe, badness };
  };
  for (const recipe of known) attempt(recipe);
  for (const [at, fresh] of drawn.entries()) {
    const changed = Object.fromEntries(changes[at]?.map((part) => [part, fresh[part] ?? once("")]) ?? []);
    attempt(at % 4 === 0 ? fresh : { ...worst.recipe, ...changed });
  }
  return worst.recipe;
}

function recipes({ parts, tokens }: Subject): Arbitrary<Recipe> {
  const one = record({
    unit: array(constantFrom(...tokens), { maxLength: 3 }).map((some) => some.join("")),
    share: constantFrom(0, 0, 1, 1, 4),
    cut: constantFrom("units", "lines", "halves", "whole"),
  });
  return record(Object.fromEntries(parts.map((part) => [part, one])));
}
