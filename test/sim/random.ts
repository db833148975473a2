/** Chance from a seed: the same seed and label give the same numbers, in any process. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<One>(all: readonly One[]): One;
  /** An independent stream: what one part of a simulation draws doesn't shift another's. */
  fork(label: string): Random;
}

export function createRandom(seed: number, label = ""): Random {
  let state = hash(seed, label);
  // splitmix32: small, fast, and good enough to choose faults by.
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
  const random: Random = {
    next,
    integer: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick(all) {
      const one = all[Math.floor(next() * all.length)];
      if (one === undefined) throw new Error("nothing to pick from");
      return one;
    },
    fork: (of) => createRandom(seed, `${label}/${of}`),
  };
  return random;
}

/** FNV-1a over seed and label. */
function hash(seed: number, label: string): number {
  let value = 0x811c9dc5;
  for (const character of `${seed}:${label}`) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193);
  return value | 0;
}
