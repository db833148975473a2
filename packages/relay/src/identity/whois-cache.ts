import type { Clock } from "@tasuki/contracts";
import type { LocalApi, Whois } from "./local-api.ts";

export interface WhoisCacheDeps {
  readonly localApi: Pick<LocalApi, "whois">;
  readonly clock: Pick<Clock, "monotonic">;
}

export interface WhoisCache {
  /** Who is at an address, as tailscaled said within the last 2 s; undefined for nobody, which is never remembered. */
  whois(address: string, port: number): Promise<Whois | undefined>;
  flush(): void;
}

/** How long a revoked grant may go on working, milliseconds. */
const timeToLive = 2_000;
const mostAddresses = 256;

/** Asks once for callers that come at the same time. The answer belongs to the address: the port only says where the question comes from. */
export function createWhoisCache({ localApi, clock }: WhoisCacheDeps): WhoisCache {
  const known = new Map<string, { readonly whois: Whois; readonly until: number }>();
  const asking = new Map<string, Promise<Whois | undefined>>();
  let generation = 0;

  const ask = async (address: string, port: number): Promise<Whois | undefined> => {
    const asked = generation;
    // From before the question: an answer is no younger than that.
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
