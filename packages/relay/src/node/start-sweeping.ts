import type { Clock } from "@tasuki/contracts";
import type { Store } from "@tasuki/store";
import type { Background } from "./background.ts";

const hourMs = 3_600_000;
/** How long bytes may lie that no task names, milliseconds. */
const unnamedMs = 24 * hourMs;

/** Deletes uploads that no task ever named, once an hour, after a day. Disposing stops it. */
export function startSweeping({
  store,
  clock,
  background,
}: {
  store: Store;
  clock: Pick<Clock, "now">;
  background: Background;
}): Disposable {
  const sweep = (): void => background.run("the sweep of unnamed uploads", () => store.sweepBlobs(clock.now() - unnamedMs));
  sweep();
  const timer = setInterval(sweep, hourMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
