import type { RequestListener } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createBackoff, type Logger, TasukiError, hasErrorCode } from "@tasuki/protocol";
import { type BusListener, listenBus, type PortSetting } from "../server/listen.ts";
import type { Tailnet } from "../identity/tailnet.ts";

export interface TailscaleListenerDeps extends PortSetting {
  readonly app: RequestListener;
  /** The address to listen on. The machine's first one in the tailnet by default. */
  readonly host?: string | undefined;
  readonly tailnet: Pick<Tailnet, "state" | "onChange">;
  readonly logger: Logger;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Ends the wait for the tailnet. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Listens on this machine's address in the tailnet and nowhere else: waits for the tailnet, tries again while the address is not on
 * the machine yet, and follows when it changes. Rejects with `invalid_state` where the tailnet says that this machine is something else.
 */
export async function listenOnTailnet(deps: TailscaleListenerDeps): Promise<BusListener> {
  const { app, port, setting, host, tailnet, logger, random } = deps;
  const backoff = createBackoff({ firstMs: 100, lastMs: 5_000, jitter: "half", random });
  const ended = new AbortController();
  const signal = deps.signal === undefined ? ended.signal : AbortSignal.any([ended.signal, deps.signal]);
  const wanted = (): string | undefined => {
    const state = tailnet.state();
    return state.is === "up" ? (host ?? state.self.addresses[0]) : undefined;
  };
  const bind = async () => {
    for (let repetition = 1; ; repetition += 1) {
      await until(tailnet, () => wanted() !== undefined, signal);
      const address = wanted() ?? "";
      try {
        return { address, listener: await listenBus({ app, host: address, port, ...(setting !== undefined && { setting }) }) };
      } catch (error) {
        if (!isAbsent(error)) throw error;
        if (repetition === 1) logger.warn({ address, port }, "the tailnet's address is not on this machine yet; trying again until it is");
        await delay(backoff(repetition), undefined, { signal });
      }
    }
  };

  const first = tailnet.state();
  if (first.is === "down") logger.warn({ why: first.why }, "waiting for the tailnet; the node listens as soon as it runs");
  await until(tailnet, () => tailnet.state().is !== "down", signal);
  const state = tailnet.state();
  if (state.is === "barred") throw new TasukiError("invalid_state", state.why);
  let bound = await bind();

  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const follow = async (): Promise<void> => {
    for (;;) {
      bound.listener.failed.catch(failed.reject);
      await until(tailnet, () => wanted() !== undefined && wanted() !== bound.address, ended.signal);
      logger.warn({ from: bound.address, to: wanted() }, "this machine's address in the tailnet has changed; the listener moves there");
      await bound.listener[Symbol.asyncDispose]();
      bound = await bind();
    }
  };
  const following = follow().catch((error: unknown) => (ended.signal.aborted ? undefined : failed.reject(error)));
  return {
    get url() {
      return bound.listener.url;
    },
    get port() {
      return bound.listener.port;
    },
    failed: failed.promise,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await following;
      await bound.listener[Symbol.asyncDispose]();
    },
  };
}

/** Resolves once `holds` gives true, which is looked up after each change of the tailnet. Rejects with the signal's reason. */
function until({ onChange }: Pick<Tailnet, "onChange">, holds: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!signal.aborted && !holds()) return;
      stop();
      signal.removeEventListener("abort", look);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const stop = onChange(look);
    signal.addEventListener("abort", look);
    look();
  });
}

function isAbsent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return hasErrorCode(cause, "EADDRNOTAVAIL");
}
