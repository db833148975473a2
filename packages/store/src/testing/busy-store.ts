import type { Store } from "../port/store.ts";

/** A store with another commit right behind each operation, as a busy node has it: what may wait for the next commit waits for none. */
export function busyStore(store: Store): Store {
  const behind = <Result>(result: Promise<Result>): Promise<Result> => {
    void store.expireLeases(0).catch(() => undefined);
    return result;
  };
  return {
    ...store,
    complete: (...given) => behind(store.complete(...given)),
    settle: (...given) => behind(store.settle(...given)),
    change: (...given) => behind(store.change(...given)),
  };
}
