import { FeedEntry, TasukiError } from "@tasuki/protocol";
import type { DirectBus, DirectVerb, Passage } from "@tasuki/bus/testing";
import type { Random } from "../random.ts";
import { type Boot, within } from "./boot.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Caller = Parameters<DirectBus["call"]>[2];

/** A node that can be reached. */
export interface Reachable {
  readonly boot: Boot;
  readonly bus: DirectBus;
  callerOf(role: string): Caller;
}

/** Fate of one message in the network. */
export interface MessageFate {
  /** Milliseconds under way; undefined where it is lost. */
  readonly delay: number | undefined;
  /** Milliseconds until a second copy arrives, if one does. */
  readonly copy?: number;
}

/** State of the network, as the simulation's faults have it now. */
export interface Weather {
  /** True where nothing gets from one role's machine to another's. */
  isCut(from: string, to: string): boolean;
  request(from: string, to: string): MessageFate;
  answer(from: string, to: string): MessageFate;
}

/** One exchange as its caller saw it. */
export interface Exchange {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly verb: DirectVerb;
  readonly request: string;
  readonly answer: string;
}

export interface Network {
  attach(role: string, node: Reachable): void;
  passage(from: Boot, to: string): Passage;
}

interface NetworkDeps {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly weather: Weather;
  /** Called with each answer that got to its caller. */
  readonly onAnswer: (exchange: Exchange) => void;
}

interface Call {
  readonly verb: DirectVerb;
  readonly request: string;
  readonly signal: AbortSignal | undefined;
}

/** Times that the real client waits for an answer to a task, and to anything else; and a follower for a sign of life. */
const taskMs = 10_000;
const callMs = 30_000;
const silenceMs = 45_000;
const pingMs = 15_000;
const resetMs = 5;

export function createNetwork({ time, random, weather, onAnswer }: NetworkDeps): Network {
  const nodes = new Map<string, Reachable>();
  const alive = (role: string): Reachable | undefined => {
    const node = nodes.get(role);
    return node?.boot.isAlive() === true ? node : undefined;
  };

  const exchange = (caller: Boot, to: string, { verb, request, signal }: Call): Promise<string> =>
    new Promise((resolve, reject) => {
      const from = caller.node;
      const end = (finish: () => void): void => {
        giveUp();
        signal?.removeEventListener("abort", aborted);
        caller.whenRunning(() => (caller.isAlive() ? within(caller, finish) : undefined));
      };
      const fail = (why: string): void => end(() => reject(new TasukiError("unreachable", `${to} did not answer: ${why}`)));
      const giveUp = time.after(verb === "task" ? taskMs : callMs, () => fail("no answer in time"));
      const aborted = (): void => fail("the call was given up");
      const reset = (why: string): void => void time.after(resetMs, () => (weather.isCut(to, from) ? undefined : fail(why)));
      if (signal?.aborted === true) return aborted();
      signal?.addEventListener("abort", aborted, { once: true });

      const answered = (node: Reachable, answer: string): void => {
        const { delay } = weather.answer(to, from);
        if (delay === undefined || !node.boot.isAlive()) return;
        time.after(delay, () => {
          if (weather.isCut(to, from)) return;
          if (caller.isAlive()) onAnswer({ at: time.now(), from, to, verb, request, answer });
          end(() => resolve(answer));
        });
      };
      const arrive = (first: boolean): void => {
        if (weather.isCut(from, to)) return;
        const node = alive(to);
        if (node === undefined) return first ? reset("the connection was refused") : undefined;
        const stop = node.boot.onDeath(() => first && reset("the connection was reset"));
        // The machine takes the connection, also of a process that is stopped.
        node.boot.whenRunning(() => {
          const serving = within(node.boot, () => node.bus.call(verb, request, node.callerOf(from)));
          void finish(serving, (answer) => {
            stop();
            if (first) answered(node, answer);
          });
        });
      };
      const { delay, copy } = weather.request(from, to);
      if (delay !== undefined) time.after(delay, () => arrive(true));
      if (copy !== undefined) time.after(copy, () => arrive(false));
    });

  const connect = (caller: Boot, to: string): Passage["connect"] => {
    const from = caller.node;
    return (next, on) => {
      const server = new AbortController();
      let isOpen = true;
      let last = 0;
      const told = (tell: () => void): void => {
        caller.whenRunning(() => (caller.isAlive() ? within(caller, tell) : undefined));
      };
      const lose = (): void => {
        if (!isOpen) return;
        isOpen = false;
        server.abort();
        told(on.lost);
      };
      const loseAfter = (delay: number): void => void time.after(delay, lose);
      caller.onDeath(() => {
        isOpen = false;
        server.abort();
      });
      // A node that dies behind a cut leaves a connection of which nobody is told: nothing comes over it any more.
      const ping = (node: Reachable): void => {
        if (!isOpen) return;
        if (weather.isCut(to, from) || weather.isCut(from, to) || !node.boot.isAlive()) loseAfter(silenceMs - pingMs);
        else if (node.boot.isStopped()) time.after(silenceMs - pingMs, () => (node.boot.isStopped() ? lose() : ping(node)));
        else time.after(pingMs, () => ping(node));
      };
      const serve = async (node: Reachable): Promise<void> => {
        for await (const entry of node.bus.watch(next, node.callerOf(from), server.signal)) {
          const { delay } = weather.answer(to, from);
          // A stream keeps its order; an entry that is lost in it breaks it.
          last = Math.max(last, time.now() + (delay ?? 0));
          if (delay === undefined) return loseAfter(resetMs);
          // Text that is no entry at all ends the stream, as in the real client.
          const read = FeedEntry.safeParse(JSON.parse(entry));
          if (!read.success) return;
          time.after(last - time.now(), () => {
            if (isOpen && !weather.isCut(to, from)) told(() => on.entry(read.data));
            else if (isOpen) loseAfter(random.chance(0.5) ? resetMs : silenceMs);
          });
        }
      };
      time.after(weather.request(from, to).delay ?? callMs, () => {
        const node = alive(to);
        if (!isOpen) return;
        if (node === undefined || weather.isCut(from, to)) return loseAfter(weather.isCut(from, to) ? callMs : resetMs);
        if (node.boot.isStopped()) return loseAfter(callMs);
        time.after(resetMs, () => isOpen && told(on.connected));
        time.after(pingMs, () => ping(node));
        const stop = node.boot.onDeath(() => (weather.isCut(to, from) ? undefined : loseAfter(resetMs)));
        // Bytes that were sent before the end arrive before it.
        const ended = (): void => (stop(), loseAfter(Math.max(0, last - time.now())));
        within(node.boot, () => void serve(node).then(ended, lose));
      });
      return {
        end: () => {
          isOpen = false;
          server.abort();
        },
      };
    };
  };

  return {
    attach: (role, node) => void nodes.set(role, node),
    passage: (from, to) => ({
      exchange: (verb, request, signal) => exchange(from, to, { verb, request, signal }),
      connect: connect(from, to),
    }),
  };
}

async function finish(serving: Promise<string>, then: (answer: string) => void): Promise<void> {
  then(await serving);
}
