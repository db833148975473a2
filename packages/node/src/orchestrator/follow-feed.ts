import { setTimeout as delay } from "node:timers/promises";
import { type Backoff, type Clock, differingContracts, type Health, TasukiError } from "@tasuki/protocol";
import type { Trust } from "@tasuki/evidence";
import { createAllowance } from "../loop/allowance.ts";
import { type FeedSessionDeps, followSession } from "./feed-session.ts";
import type { ClockSkews } from "../status/clock-skews.ts";
import { createSilencePace } from "./silence-pace.ts";
import { olderCopy, otherCopy, refusalBy, strangerAt, unpinned, unreadableFeed } from "./node-problems.ts";

export interface FollowFeedDeps extends FeedSessionDeps {
  readonly trust: Pick<Trust, "nodes">;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Digests of the contracts as this program has them, by `name@version`. */
  readonly digests: Readonly<Record<string, string>>;
  readonly skews: Pick<ClockSkews, "read">;
}

/** Installations of one node within an hour that main follows. More are a fault, or a lie, that would have it dispatch for ever. */
const installationsAtMost = 6;
const hourMs = 3_600_000;
/**
 * Messages of a node's feed that main reads for nothing at once, and in each second after that. An honest node has some of each run, and many where
 * main reads of runs that it does not have: with another data folder, or one from a backup.
 */
const forNothing = { atOnce: 16_384, perSecond: 1_024 };
const healthTimeout = 4_000;
/** Milliseconds for which a health that says the same is not written again: each connection asks for one. */
const keptMs = 10_000;

/** Follows the feed of one node until the signal, through lost connections, restarts and replaced hosts. Resolves when it has stopped. */
export async function followFeed(deps: FollowFeedDeps, signal: AbortSignal): Promise<void> {
  const { role, client, store, reachability, clock, logger, backoff } = deps;
  const health = async (): Promise<Health | undefined> => {
    // The position is read before the node is asked: the answer may not know of entries that come meanwhile.
    const held = await store.position(deps.node);
    const askedAt = clock.now();
    const asked = client.health({ signal: AbortSignal.any([signal, AbortSignal.timeout(healthTimeout)]) });
    const answer = await asked.catch((error: unknown) => {
      logger.debug({ peer: deps.node, role, err: error }, "a role's node can't be reached now");
      reachability.set(deps.node, false, refusalBy(deps.node, error));
    });
    if (answer === undefined) return undefined;
    deps.skews.read(deps.node, { says: Date.parse(answer.clock), asked: askedAt, answered: clock.now() });
    const misconfigured = strangerAt(deps, answer) ?? unpinned(deps);
    if (misconfigured !== undefined) return refuse(misconfigured);
    await save(answer);
    const others = differingContracts(deps.digests, answer);
    if (others.length > 0)
      logger.warn(
        { peer: deps.node, role, contracts: others },
        "a node has other contracts under the same versions: one of the two was changed after its release",
      );
    const problem = olderCopy(deps.node, answer, held) ?? restless(answer.instance);
    if (problem !== undefined) return refuse(problem);
    if (answer.instance !== refused?.instance) reachability.set(deps.node, true);
    return answer;
  };
  /** Health that was kept last: one that is the same but for the time and the feed's size is not written again for a while. */
  let kept = { what: "", at: -Infinity };
  const save = async (answer: Health): Promise<void> => {
    const {
      clock: _,
      store: { state },
      ...rest
    } = answer;
    const [what, now] = [JSON.stringify({ ...rest, state }), clock.monotonic()];
    if (what === kept.what && now - kept.at < keptMs) return;
    await store.savePeer({ node: deps.node, health: answer, at: clock.now() });
    kept = { what, at: now };
  };
  /** Installation whose feed can't be followed, until something of it is known again, or read. It is asked for its feed again and again meanwhile. */
  let refused: { readonly instance: string; readonly until: "known" | "read" } | undefined;
  const pace = createSilencePace(clock);
  const allowance = createAllowance(forNothing, clock);
  const refuse = (problem: string): never => {
    reachability.set(deps.node, false, problem);
    throw new TasukiError("invalid_state", problem);
  };
  /** Installations that were followed, by the time of the first answer. */
  const installations = new Map<string, number>();
  /** Problem of a node that is another installation again and again. It is followed again when an hour has no more of them than may be. */
  const restless = (instance: string): string | undefined => {
    const now = clock.monotonic();
    for (const [one, since] of installations) if (now - since > hourMs) installations.delete(one);
    if (installations.has(instance)) return undefined;
    if (installations.size < installationsAtMost) return void installations.set(instance, now);
    return `${deps.node} was ${installationsAtMost} installations within an hour, and is another one: main follows it no more for now; look for what empties its data folder`;
  };
  const followOnce = async (instance: string, onProgress: () => void): Promise<void> => {
    const mend = (by: "known" | "read"): void => {
      if (refused?.until !== by) return;
      refused = undefined;
      logger.info(
        { peer: deps.node, role },
        `the feed of a role's node ${by === "known" ? "is again the one that main holds" : "can be read again"}`,
      );
      // It is shown as reachable again by the next look at it: now, or else when the connection is lost and found.
      health().catch((error: unknown) => logger.debug({ peer: deps.node, role, err: error }, "a role's node could not be looked at again"));
    };
    const fault = await followSession(deps, {
      instance,
      health,
      signal,
      pace,
      allowance,
      onKnown: () => mend("known"),
      onProgress() {
        onProgress();
        mend("read");
      },
    });
    if (fault === undefined) return;
    const isOther = fault.code === "digest_mismatch";
    refused = { instance, until: isOther ? "known" : "read" };
    refuse(isOther ? otherCopy(deps.node, fault) : unreadableFeed(deps.node, fault));
  };
  for (let repetition = 1; !signal.aborted; repetition += 1) {
    try {
      const answer = await health();
      if (answer !== undefined) await followOnce(answer.instance, () => (repetition = 0));
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ peer: deps.node, role, err: error }, "a role's feed could not be followed; it is taken up again where it is held");
    }
    await delay(backoff(repetition), undefined, { signal }).catch(() => undefined);
  }
}
