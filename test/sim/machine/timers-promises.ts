// Stands for node:timers/promises in a boot's code.
import { currentBoot } from "./boot.ts";
import { afterIn } from "./timers.ts";

export function setTimeout<T>(delay = 1, value?: T, { signal }: { signal?: AbortSignal; ref?: boolean } = {}): Promise<T | undefined> {
  const boot = currentBoot();
  if (boot === undefined) throw new Error("node:timers/promises is simulated for nodes only");
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(new DOMException("The operation was aborted", { name: "AbortError", cause: signal?.reason }));
    };
    const cancel = afterIn(boot, Math.max(1, delay), () => {
      signal?.removeEventListener("abort", abort);
      resolve(value);
    });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
