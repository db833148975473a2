import type { OpenStore } from "@tasuki/store";

/** A store that tells, at a commit, which runs that commit may have changed: to look at all of them each time takes a while. */
export interface WatchedStore {
  readonly store: OpenStore;
  readonly changingRuns: () => readonly string[];
}

/** Runs change by what main accepts, and by its flow: those calls are under way until what awaits them goes on, after the commit. */
export function watchRuns(opened: OpenStore): WatchedStore {
  const underWay = new Set<readonly string[]>();
  const watched = <Result>(runs: readonly string[], call: Promise<Result>): Promise<Result> => {
    underWay.add(runs);
    const end = (): void => void underWay.delete(runs);
    call.then(end, end);
    return call;
  };
  const store: OpenStore = {
    ...opened,
    accept: (request, seal) => watched(request.run === undefined ? [] : [request.run.id], opened.accept(request, seal)),
    change: (change) =>
      watched(
        change.runs.map(({ id }) => id),
        opened.change(change),
      ),
  };
  return { store, changingRuns: () => [...new Set([...underWay].flat())] };
}
