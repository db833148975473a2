/** Count of what is right, in all and by kind. */
export interface Tally {
  add(isRight: boolean, item: { readonly id: string; readonly kinds: readonly string[] }): void;
  share(): number;
  /** Kinds that have faults, with their counts and the ids of the items: `de 48/50 (de18, de34)`. */
  faults(): readonly string[];
  readonly total: number;
}

export function createTally(): Tally {
  const kinds = new Map<string, { right: number; all: number; wrong: string[] }>();
  let [right, total] = [0, 0];
  return {
    add(isRight, item) {
      total += 1;
      if (isRight) right += 1;
      for (const kind of item.kinds) {
        const counts = kinds.get(kind) ?? { right: 0, all: 0, wrong: [] };
        kinds.set(kind, counts);
        counts.all += 1;
        if (isRight) counts.right += 1;
        else counts.wrong.push(item.id);
      }
    },
    share: () => right / Math.max(1, total),
    faults: () =>
      [...kinds]
        .filter(([, { wrong }]) => wrong.length > 0)
        .map(([kind, one]) => `${kind} ${one.right}/${one.all} (${one.wrong.join(", ")})`),
    get total() {
      return total;
    },
  };
}
