import { type Boot, currentBoot, within } from "./boot.ts";

/** A timer of a boot, as far as Node's `Timeout` is used. */
interface SimulatedTimer extends Disposable {
  ref(): this;
  unref(): this;
  hasRef(): boolean;
}

interface Known extends SimulatedTimer {
  cancel: () => void;
}

function start(boot: Boot, begin: (set: (cancel: () => void) => void) => void): Known {
  const timer: Known = {
    cancel: () => undefined,
    ref: () => timer,
    unref: () => timer,
    hasRef: () => true,
    [Symbol.dispose]: () => timer.cancel(),
  };
  begin((cancel) => (timer.cancel = cancel));
  return timer;
}

/** Calls back in the boot after a delay, unless it has died. */
export function afterIn(boot: Boot, delay: number, run: () => void): () => void {
  let isWithdrawn = false;
  const withdraw = boot.time.after(delay, () =>
    boot.whenRunning(() => {
      if (boot.isAlive() && !isWithdrawn) within(boot, run);
    }),
  );
  return () => {
    isWithdrawn = true;
    withdraw();
  };
}

/**
 * Lets the global timers be a boot's where a boot's code calls them, and Node's own everywhere else. Called once, before anything of a
 * node is loaded. `Date` and `performance` stay: nodes take their time from the clock that they are given.
 */
export function installTimers(): void {
  const real = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
  const clear = (fallback: (timer: never) => void) => (timer: unknown) =>
    typeof timer === "object" && timer !== null && "cancel" in timer ? (timer as Known).cancel() : fallback(timer as never);
  type Call = (...args: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout(call: Call, delay = 1, ...args: unknown[]) {
      const boot = currentBoot();
      if (boot === undefined) return real.setTimeout(call, delay, ...args);
      return start(boot, (set) => set(afterIn(boot, Math.max(1, delay), () => call(...args))));
    },
    setInterval(call: Call, delay = 1, ...args: unknown[]) {
      const boot = currentBoot();
      if (boot === undefined) return real.setInterval(call, delay, ...args);
      return start(boot, (set) => {
        const next = (): void => set(afterIn(boot, Math.max(1, delay), () => (next(), call(...args))));
        next();
      });
    },
    setImmediate(call: Call, ...args: unknown[]) {
      const boot = currentBoot();
      if (boot === undefined) return real.setImmediate(call, ...args);
      return start(boot, (set) => set(afterIn(boot, 0, () => call(...args))));
    },
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
    clearImmediate: clear(real.clearImmediate),
  });
}
