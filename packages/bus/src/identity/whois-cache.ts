import type { Clock } from "@tasuki/protocol";
import type { LocalApi, Whois } from "./local-api.ts";

export interface WhoisCacheDeps {
  readonly localApi: Pick<LocalApi, "whois">;
  readonly clock: Pick<Clock, "monotonic">;
}

export interface WhoisCache {
  /** Resolves with the machine at an address, as tailscaled gave it within the last 2 s; undefined for none, an answer that is never cached. */
  whois(address: string, port: number): Promise<Whois | undefined>;
  flush(): void;
}

/** Life of a cached answer, milliseconds, for which a revoked grant may go on working. */
const timeToLive = 2_000;
const mostAddresses = 256;

/** Creates a cache of whois by address. Callers that come at the same time share one question; the port only says where it comes from. */
export function createWhoisCache({ localApi, clock }: WhoisCacheDeps): WhoisCache {
  const known = new Map<string, { readonly whois: Whois; readonly until: number }>();
  const asking = new Map<string, Promise<Whois | undefined>>();
  let generation = 0;

  const ask = async (address: string, port: number): Promise<Whois | undefined> => {
    const asked = generation;
    // `until` counts from before the question, since the answer may be as old as that.
    const until = clock.monotonic() + timeToLive;
    known.delete(address);
    const whois = await localApi.whois(address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);
    if (whois === undefined || asked !== generation) return whois;
    known.set(address, { whois, until });
    const [oldest] = known.keys();
    if (known.size > mostAddresses && oldest !== undefined) known.delete(oldest);
    return whois;
  };

  return {
    async whois(address, port) {
      const found = known.get(address);
      if (found !== undefined && clock.monotonic() < found.until) return found.whois;
      const underWay = asking.get(address);
      if (underWay !== undefined) return underWay;
      const answer = ask(address, port).finally(() => asking.get(address) === answer && asking.delete(address));
      asking.set(address, answer);
      return answer;
    },
    flush() {
      generation += 1;
      known.clear();
      asking.clear();
    },
  };
}
