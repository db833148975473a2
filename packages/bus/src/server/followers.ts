import type { IncomingMessage, ServerResponse } from "node:http";
import { TasukiError } from "@tasuki/protocol";
import type { Caller } from "../identity/identity.ts";

export interface FollowersDeps {
  /** Rejects where the caller of a request may no longer follow the feed, or can't be identified. */
  readonly demand: (req: IncomingMessage) => Promise<void>;
  /** Called with the rejection of `demand`, once for each connection, before it ends. */
  readonly onCut: (error: unknown, caller: Pick<Caller, "principal">) => void;
  /** Advice for who is refused because as many follow as may. */
  readonly instead: string;
}

/** Connections that follow the feed. */
export interface Followers {
  /** Takes one more, until it ends or is cut. Throws `unavailable` where there are as many as may be. */
  take(follower: Follower): void;
}

interface Follower {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly caller: Pick<Caller, "principal" | "roles">;
}

/** Milliseconds between two calls of `demand`. An identity may cache its answer for 2 s, so a revoked grant ends within 2.5 s. */
const everyMs = 500;

/**
 * Connections that may follow a feed at once. Main needs one of each node; one whose far end is gone without a word stays until the kernel gives it
 * up, a quarter of an hour later, and main comes again after 15 s at the earliest: so 64 never keep a caller out that follows once. Those of people
 * and scripts are bounded together, too, so that nodes find room whatever people do.
 */
export const mostFollowers = { ofCaller: 64, ofPeople: 256 };
/** Seconds after which another try is worth it. */
const retryAfter = 5;

/**
 * Creates the guard of those who follow the feed: how many may, and for how long. `admit` decides once, before the answer begins; a feed is followed
 * for as long as the caller likes, and would outlive the grant. Whether a caller still may is asked once for all of its connections. They are cut and
 * not ended in order, since a reader that takes nothing would put that end off.
 */
export function createFollowers({ demand, onCut, instead }: FollowersDeps): Followers {
  const followers = new Set<Follower>();
  /** Callers about whom is being asked. */
  const asking = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const ask = async (who: string, some: readonly Follower[]): Promise<void> => {
    // A connection that is gone tells nobody's address any more.
    const [first] = some.filter(({ req }) => !req.socket.destroyed);
    if (first === undefined || asking.has(who)) return;
    asking.add(who);
    try {
      await demand(first.req);
    } catch (error) {
      for (const one of some) {
        if (one.res.destroyed) continue;
        onCut(error, one.caller);
        one.res.destroy();
      }
    } finally {
      asking.delete(who);
    }
  };
  const askAll = (): void => {
    for (const [who, some] of Map.groupBy(followers, whoOf)) void ask(who, some);
  };
  const remove = (follower: Follower): void => {
    followers.delete(follower);
    if (followers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    take(follower) {
      const { caller, res } = follower;
      const all = [...followers].map((one) => one.caller);
      const own = all.filter(({ principal }) => principal === caller.principal).length;
      if (own >= mostFollowers.ofCaller) throw tooMany(`${own} connections of ${caller.principal} follow already`, instead);
      const ofPeople = all.filter(isPerson).length;
      if (isPerson(caller) && ofPeople >= mostFollowers.ofPeople)
        throw tooMany(`${ofPeople} connections of people and scripts follow already`, instead);
      followers.add(follower);
      res.once("close", () => remove(follower));
      timer ??= setInterval(askAll, everyMs).unref();
    },
  };
}

/** Those about whom one question is enough: a person may have several machines, and each of them its own grants. */
function whoOf({ caller, req }: Follower): string {
  return `${caller.principal} ${req.socket.remoteAddress}`;
}

function isPerson({ roles }: Pick<Caller, "roles">): boolean {
  return roles.length === 0;
}

function tooMany(why: string, instead: string): TasukiError {
  return new TasukiError("unavailable", `${why}: end some of them, or ${instead}.`, { retryAfter });
}
