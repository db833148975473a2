import type { Clock } from "@tasuki/contracts";
import type { Store } from "@tasuki/store";
import type { Background } from "./background.ts";

const hourMs = 3_600_000;
/** A start has better things to do than to go through all of its history, milliseconds. */
const firstMs = 60_000;
/** How long bytes may lie that no task names, milliseconds. */
const unnamedMs = 24 * hourMs;

/** Once an hour: deletes uploads that no task named for a day, and looks for files put in by hand. Disposing stops it. */
export function startSweeping({
  store,
  clock,
  background,
  shortcuts,
}: {
  store: Store;
  clock: Pick<Clock, "now">;
  background: Background;
  shortcuts: () => Promise<unknown>;
}): Disposable {
  const sweep = (): void => background.run("the sweep of unnamed uploads", () => store.sweepBlobs(clock.now() - unnamedMs));
  const look = (): void => background.run("the look for files put in by hand", shortcuts);
  const both = (): void => {
    sweep();
    look();
  };
  const timers = [setTimeout(both, firstMs).unref(), setInterval(both, hourMs).unref()];
  return { [Symbol.dispose]: () => timers.forEach(clearTimeout) };
}
