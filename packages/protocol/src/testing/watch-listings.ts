import fs, { Dir } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Names that this process has read of the folders within one folder, since the watch began. */
export interface Listings extends Disposable {
  names(): number;
  /** Names that came in one turn of the event loop, at most. */
  mostAtOnce(): number;
}

/** Watches what this process lists within a folder, until it is disposed. One watch at a time. */
export function watchListings(within: string): Listings {
  const { readdir } = fs.promises;
  const iterate = Dir.prototype[Symbol.asyncIterator];
  let names = 0;
  let most = 0;
  let inTurn = 0;
  const count = (path: string, found: number): void => {
    if (!path.startsWith(within)) return;
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    names += found;
    inTurn += found;
    most = Math.max(most, inTurn);
  };
  const counted: (...args: Parameters<typeof readdir>) => Promise<unknown[]> = async (...args) => {
    const found = await readdir(...args);
    count(String(args[0]), found.length);
    return found;
  };
  Object.assign(fs.promises, { readdir: counted });
  syncBuiltinESMExports();
  Dir.prototype[Symbol.asyncIterator] = async function* (this: Dir) {
    for await (const entry of { [Symbol.asyncIterator]: () => iterate.call(this) }) {
      count(this.path, 1);
      yield entry;
    }
    return undefined;
  };
  return {
    names: () => names,
    mostAtOnce: () => most,
    [Symbol.dispose]() {
      Object.assign(fs.promises, { readdir });
      syncBuiltinESMExports();
      Dir.prototype[Symbol.asyncIterator] = iterate;
    },
  };
}
