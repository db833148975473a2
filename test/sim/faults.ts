import type { CommitFate, Mishaps } from "./machine/boot.ts";
import type { Weather } from "./machine/network.ts";
import type { Random } from "./random.ts";
import type { Attempted, Conduct } from "./work.ts";

/** Amounts of what goes wrong in one simulation. Each seed has a mix of its own: faults that are everywhere hide those that are not. */
export interface FaultMix {
  /** Shares of messages. */
  readonly lost: number;
  readonly copied: number;
  readonly slow: number;
  /** Share of answers: lost after what they answer was done. */
  readonly unanswered: number;
  /** Shares of operations: on files, of commits. */
  readonly killedAtFile: number;
  readonly killedAtCommit: number;
  readonly slowFile: number;
  readonly unsynced: number;
  /** Share of acknowledgments: the node dies once it is out. */
  readonly killedAfterAnswer: number;
  /** Shares of attempts. */
  readonly conducts: Readonly<Partial<Record<Conduct, number>>>;
  /** Times per node and minute. */
  readonly kills: number;
  readonly cuts: number;
  readonly fullDisks: number;
  readonly clockJumps: number;
  /** Steps of a clock by a whole day, either way. */
  readonly dayJumps: number;
  /** Stops of a process (SIGSTOP), for seconds or for an hour. */
  readonly stops: number;
  /** Share of kills: with the power of the machine. */
  readonly powerLost: number;
  /** Machines that are replaced, in all. */
  readonly replacements: number;
  /** Decisions of people, per minute. */
  readonly decisions: number;
  /** Share of nodes: not there when the others begin, but started later. */
  readonly absent: number;
  /** Share of tasks: accepted by somebody in between, in the name of a node that never sees them. */
  readonly forged: number;
  /** Share of the occasions at which one node of a role lies, with a valid key of its own; 0 where every node is honest. */
  readonly lies: number;
}

/** Mix in which nothing goes wrong, but for what a test does. */
export const noFaults: FaultMix = {
  lost: 0,
  copied: 0,
  slow: 0,
  unanswered: 0,
  killedAtFile: 0,
  killedAtCommit: 0,
  slowFile: 0,
  unsynced: 0,
  killedAfterAnswer: 0,
  conducts: {},
  kills: 0,
  cuts: 0,
  fullDisks: 0,
  clockJumps: 0,
  dayJumps: 0,
  stops: 0,
  powerLost: 0,
  replacements: 0,
  decisions: 0,
  absent: 0,
  forged: 0,
  lies: 0,
};

/** Mix that a seed brings: most kinds of fault are absent in most seeds, and strong where they are there. */
export function chooseMix(random: Random): FaultMix {
  const some = (probability: number, ...levels: readonly number[]): number => (random.chance(probability) ? random.pick(levels) : 0);
  return {
    lost: some(0.5, 0.01, 0.05, 0.25),
    copied: some(0.5, 0.02, 0.1, 0.3),
    slow: some(0.4, 0.02, 0.2),
    unanswered: some(0.5, 0.01, 0.05, 0.25),
    killedAtFile: some(0.35, 0.0005, 0.005),
    killedAtCommit: some(0.4, 0.002, 0.02),
    slowFile: some(0.3, 0.02, 0.3),
    unsynced: some(0.15, 0.002, 0.01),
    killedAfterAnswer: some(0.3, 0.02, 0.15),
    conducts: {
      throws: some(0.3, 0.1, 0.4),
      hangs: some(0.2, 0.05, 0.2),
      rework: some(0.15, 0.1, 0.3),
      "lies-format": some(0.1, 0.1, 0.3),
      "lies-content": some(0.15, 0.1, 0.3),
      "lies-digest": some(0.1, 0.1, 0.3),
      "lies-name": some(0.1, 0.1, 0.3),
      "lies-nothing": some(0.1, 0.1, 0.3),
    },
    kills: some(0.4, 0.05, 0.3, 1),
    cuts: some(0.5, 0.05, 0.2),
    fullDisks: some(0.2, 0.05),
    clockJumps: some(0.3, 0.1),
    powerLost: random.pick([0, 0.5]),
    replacements: some(0.25, 1, 2),
    decisions: some(0.3, 0.1, 0.4),
    absent: some(0.25, 0.2, 0.6),
    forged: some(0.2, 0.05, 0.3),
    lies: some(0.25, 0.1, 0.4, 1),
    dayJumps: some(0.1, 0.1),
    stops: some(0.1, 0.02, 0.1),
  };
}

/** The faults of one simulation, until they heal. */
export interface Faults {
  readonly weather: Weather;
  mishaps(role: string): Mishaps;
  attempt(): Attempted;
  /** True where a node dies once this answer is out. */
  killsAfterAnswer(): boolean;
  /** True where somebody in between answers a task. */
  forges(): boolean;
  /** Cuts everything between two sets of roles; one way or both. Returns the way to mend it. */
  cut(from: readonly string[], to: readonly string[], oneWay: boolean): () => void;
  heal(): void;
  areHealed(): boolean;
  /** Number of times that each kind of fault came to pass. */
  readonly counts: Record<string, number>;
}

interface FaultsDeps {
  readonly mix: FaultMix;
  readonly random: Random;
}

const longestDelay = 20_000;

export function createFaults({ mix, random }: FaultsDeps): Faults {
  const network = random.fork("network");
  const machine = random.fork("machine");
  const attempts = random.fork("attempts");
  const forger = random.fork("forger");
  const cuts = new Set<(from: string, to: string) => boolean>();
  const counts: Record<string, number> = {};
  let healed = false;
  const happens = (what: string, of: Random, probability: number): boolean => {
    if (healed || probability === 0 || !of.chance(probability)) return false;
    counts[what] = (counts[what] ?? 0) + 1;
    return true;
  };
  const travel = (): number => (happens("slow", network, mix.slow) ? network.integer(50, longestDelay) : network.integer(1, 20));

  return {
    counts,
    weather: {
      isCut: (from, to) => [...cuts].some((cut) => cut(from, to)),
      request() {
        const delay = happens("lost", network, mix.lost) ? undefined : travel();
        // A copy right behind what it copies, or one that nobody expects any more.
        const later = network.pick([5, longestDelay * 3]);
        return { delay, ...(happens("copied", network, mix.copied) && { copy: (delay ?? 0) + network.integer(0, later) }) };
      },
      answer: () => ({ delay: happens("unanswered", network, mix.unanswered) ? undefined : travel() }),
    },
    mishaps: () => ({
      onFile() {
        if (happens("killed at a file", machine, mix.killedAtFile)) return machine.pick(["killed-before", "killed-after"] as const);
        return happens("slow file", machine, mix.slowFile) ? machine.integer(1, 200) : 0;
      },
      onCommit(): CommitFate {
        if (happens("killed at a commit", machine, mix.killedAtCommit)) return machine.pick(["killed-before", "killed-after"] as const);
        return happens("failed fsync", machine, mix.unsynced) ? machine.pick(["unsynced-kept", "unsynced-lost"] as const) : "kept";
      },
    }),
    attempt() {
      const conducts = Object.entries(mix.conducts) as [Conduct, number][];
      const conduct = conducts.find(([of, probability]) => happens(of, attempts, probability))?.[0] ?? "honest";
      return { ms: attempts.pick([5, 200, 3_000, healed ? 3_000 : 40_000]), conduct };
    },
    killsAfterAnswer: () => happens("killed after an answer", machine, mix.killedAfterAnswer),
    forges: () => happens("forged", forger, mix.forged),
    cut(from, to, oneWay) {
      const cut = (one: string, other: string): boolean =>
        (from.includes(one) && to.includes(other)) || (!oneWay && from.includes(other) && to.includes(one));
      cuts.add(cut);
      return () => void cuts.delete(cut);
    },
    heal() {
      healed = true;
      cuts.clear();
    },
    areHealed: () => healed,
  };
}
