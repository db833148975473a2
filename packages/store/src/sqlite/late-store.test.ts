import { openStore } from "../open-store.ts";
import { describeStore } from "../testing/describe-store.ts";
import { lateStore } from "../testing/late-store.ts";

/** Numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = seeded(1);

describeStore("SQLite and files, behind a network", {
  open: async (folder, options) => lateStore(await openStore({ folder, ...options }), { random }),
  concurrent: "in some order",
});
