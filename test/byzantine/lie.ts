import type { Random } from "../sim/random.ts";

/** Kind of lie: tells one, whose details are drawn. Resolves with false where there is nothing now that it could be told about. */
export interface Lie<Occasion> {
  readonly name: string;
  readonly tell: (occasion: Occasion, random: Random) => Promise<boolean | void> | boolean | void;
}

/** Kinds of lies for one sort of occasion, drawn in rounds: each kind once in an order of chance, then all again. */
export interface Deck<Occasion> {
  readonly names: readonly string[];
  /** Tells the next lie that can be told. Resolves with its name; with undefined where none can. */
  tell(occasion: Occasion): Promise<string | undefined>;
}

export function createDeck<Occasion>(of: string, lies: readonly Lie<Occasion>[], random: Random): Deck<Occasion> {
  let left: Lie<Occasion>[] = [];
  const shuffled = (): Lie<Occasion>[] =>
    lies
      .map((lie) => ({ lie, at: random.next() }))
      .sort((one, other) => one.at - other.at)
      .map(({ lie }) => lie);
  return {
    names: lies.map(({ name }) => `${of}: ${name}`),
    async tell(occasion) {
      if (left.length === 0) left = shuffled();
      for (const lie of left) {
        left = left.filter((one) => one !== lie);
        if ((await lie.tell(occasion, random)) !== false) return `${of}: ${lie.name}`;
        left.push(lie);
      }
      return undefined;
    },
  };
}

/** Count of the lies that were told, by kind, up to a number of them. */
export interface Ledger {
  /** True while more lies are wanted: there are fewer than asked for, or a kind was not told yet. */
  wantsMore(): boolean;
  /** True where a lie of one of these kinds is wanted. */
  wants(names: readonly string[]): boolean;
  note(name: string): void;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Kinds that were not told yet, of these or of all. */
  untold(names?: readonly string[]): readonly string[];
}

/** Ledger for `most` lies. Kinds are as `decks` name them. */
export function createLedger(most: number, decks: readonly { readonly names: readonly string[] }[]): Ledger {
  const kinds = [...new Set(decks.flatMap(({ names }) => names))];
  const counts: Record<string, number> = Object.fromEntries(kinds.map((name) => [name, 0]));
  let total = 0;
  const untold = (names: readonly string[] = kinds): string[] => names.filter((name) => counts[name] === 0);
  const isShort = (): boolean => total < most;
  return {
    wantsMore: () => isShort() || (most >= kinds.length && untold().length > 0),
    wants: (names) => isShort() || (most >= kinds.length && untold(names).length > 0),
    note(name) {
      total += 1;
      counts[name] = (counts[name] ?? 0) + 1;
    },
    get total() {
      return total;
    },
    counts,
    untold,
  };
}
