import {
  type Attachment,
  type Clock,
  Envelope,
  type Pipeline,
  problems,
  sha256Of,
  type TaskPayload,
  TasukiError,
  toProblem,
} from "@tasuki/protocol";
import { parseTask, payloadOf } from "@tasuki/evidence";
import type { DirectBus, Passage } from "@tasuki/bus/testing";
import type { OpenStore } from "@tasuki/store";
import { z } from "zod";
import { createIds } from "../ids.ts";
import { never } from "../machine/boot.ts";
import type { Random } from "../random.ts";
import { falseEntries, falseHealth, falseStatus } from "./false-answers.ts";
import { createFalseWork } from "./false-work.ts";

/**
 * Ways of a node that lies, with its own valid key. Those about a run are told about the runs that it has picked; the last four are about all
 * of them. `true` where every run of the node is lied about by it: the others cost time alone.
 */
const ways = {
  "tells a story": false,
  "works, and tells a story": false,
  "refuses for no reason": false,
  "is silent": false,
  "answers with a lie": false,
  "hands on what nobody made": false,
  "sends tasks of its own": false,
  "speaks of runs that main never had": false,
  "gives other texts than it signed for": false,
  "breaks its feed": false,
  "keeps entries back": false,
  "lies about its health": false,
  "mixes up its feed": false,
  "lies about its versions": true,
  "is another installation": true,
  "says more than main keeps": false,
} as const;
export type Way = keyof typeof ways;

/** Ways to treat a task that the node is sent. */
const aboutTask = [
  "tells a story",
  "works, and tells a story",
  "refuses for no reason",
  "is silent",
  "answers with a lie",
  "hands on what nobody made",
] as const satisfies readonly Way[];

/** A node that lies, whatever it is started with. */
export interface Liar {
  readonly node: string;
  /** Lays lies over a boot of it. */
  over(parts: LiarParts): DirectBus;
}

export interface LiarParts {
  readonly bus: DirectBus;
  readonly role: string;
  readonly store: Pick<OpenStore, "append" | "instance" | "task" | "blobs">;
  readonly clock: Pick<Clock, "now">;
  /** Way to another node of the relay. */
  readonly passage: (to: string) => Passage;
}

export interface LiarDeps {
  readonly node: string;
  readonly pipeline: Pipeline;
  /** Names of all nodes with their roles. */
  readonly names: ReadonlyMap<string, string>;
  readonly random: Random;
  /** Share of the occasions at which it lies. */
  readonly rate: number;
  readonly now: () => number;
  /** Called once for each lie. Without `run`, all runs of the node are lied about; with one that is `invented`, none of main's. */
  readonly onLie: (way: Way, about: { readonly run?: string; readonly invented?: boolean; readonly harmless?: boolean }) => void;
}

const Posted = z.object({ envelope: Envelope });

/** Runs that a flood of invented work is about. */
const runsOfFlood = 20;

/** Creates the lying node of a relay. Which ways it has, and which runs it lies about, is the seed's; it lies until the end, whatever heals. */
export function createLiar({ node, pipeline, names, rate, now, onLie, ...deps }: LiarDeps): Liar {
  const random = deps.random;
  const chosen = (Object.keys(ways) as Way[]).filter((way) => way !== "says more than main keeps" && random.chance(ways[way] ? 0.1 : 0.5)); // the table's own keys
  // A flood that is to be more than main keeps has to be read, so a node that says that much lets it be read.
  const own: readonly Way[] = random.chance(0.05) ? ["says more than main keeps", "tells a story"] : chosen;
  const newId = createIds(now, random.fork("ids"));
  const picked = random.fork("picked");
  const targets = new Map<string, boolean>();
  /** Files that it has signed for, by the task that it says they are of. */
  const claimed = new Map<string, { readonly run: string; readonly files: readonly Attachment[] }>();
  /** Runs that it has made up. */
  const made = new Set<string>();
  const makeUp = (): string => {
    const run = newId();
    made.add(run);
    onLie("speaks of runs that main never had", { run, invented: true });
    return run;
  };
  /** Entries that were kept back once: whoever asks again gets them, and what stands behind them. */
  const withheld = new Set<string>();
  let hasFlooded = false;

  const isTarget = (run: string): boolean => {
    const is = targets.get(run) ?? picked.chance(0.6);
    targets.set(run, is);
    return is;
  };
  const lies = (way: Way, run?: string): boolean => {
    if (!own.includes(way) || (run !== undefined && !isTarget(run)) || !random.chance(run === undefined ? rate / 5 : rate)) return false;
    onLie(way, run === undefined ? { harmless: !ways[way] } : { run });
    return true;
  };

  const over = (parts: LiarParts): DirectBus => {
    const { bus, role, store } = parts;
    const onClaim = (task: string, claim: { readonly run: string; readonly files: readonly Attachment[] }): void =>
      void claimed.set(task, claim);
    const work = createFalseWork({ ...parts, node, pipeline, names, random, newId, makeUp, onClaim });

    const task = async (body: string, honestly: () => Promise<string>): Promise<string> => {
      const sent = sentIn(body);
      const { run } = sent?.payload ?? {};
      if (sent === undefined || run === undefined || sent.payload.to !== role || made.has(run)) return honestly();
      const { payload } = sent;
      if (!hasFlooded && lies("says more than main keeps", run)) {
        hasFlooded = true;
        void work.after(1_000, () => work.flood(payload));
      }
      if (lies("sends tasks of its own", run)) void work.after(random.integer(1, 20_000), () => work.sendOwn(payload));
      if (own.includes("speaks of runs that main never had") && random.chance(rate)) {
        void work.after(random.integer(1, 5_000), () => work.tell("speaks of runs that main never had", sent));
        void work.sendOwn({ ...payload, run: makeUp() });
        const runs = random.chance(0.1) ? runsOfFlood : 1;
        for (let one = 0; one < runs; one += 1) void work.after(random.integer(1, 20_000), () => work.inventWork(payload));
      }
      const mine = aboutTask.filter((one) => own.includes(one));
      const way = mine.length === 0 ? undefined : random.pick(mine);
      if (way === undefined || !lies(way, run)) return honestly();
      if (way === "is silent") return never();
      if (way === "refuses for no reason") return refusal(random);
      if (payload.kind !== "work" && payload.kind !== "close") return honestly();
      if (way === "tells a story") return answer(payload, await work.tell(way, sent));
      const taken = await honestly();
      if (way === "answers with a lie") return answer(payload, await work.tell(way, sent));
      if (z.object({ ok: z.unknown() }).safeParse(JSON.parse(taken)).success) void work.after(1, () => work.tell(way, sent));
      return taken;
    };

    return {
      async call(verb, body, caller) {
        const honestly = (): Promise<string> => bus.call(verb, body, caller);
        switch (verb) {
          case "task":
            return task(body, honestly).catch(() => honestly());
          case "health": {
            const said = await honestly();
            const kinds = (["lies about its health", "lies about its versions", "is another installation"] as const).filter((way) =>
              lies(way),
            );
            return kinds.reduce((so, way) => falseHealth(so, { way, random, newId }), said);
          }
          case "status": {
            const { task: of } = z.object({ task: z.string().optional() }).parse(JSON.parse(body));
            const said = await honestly();
            if (of === undefined) return said;
            const known = claimed.get(of);
            const run = known?.run ?? (await store.task(of))?.payload.run;
            return run !== undefined && lies("gives other texts than it signed for", run)
              ? falseStatus(said, { random, query: body, known: known?.files ?? [] })
              : said;
          }
          case "upload":
            return honestly();
        }
      },
      watch: (from, caller, signal) =>
        falseEntries(bus.watch(from, caller, signal), {
          random,
          mixes: () => lies("mixes up its feed"),
          breaks: (run) => lies("breaks its feed", run),
          withholds(run, index) {
            const place = `${store.instance} ${index}`;
            if (withheld.has(place) || !lies("keeps entries back", run)) return false;
            withheld.add(place);
            return true;
          },
        }),
    };
  };
  return { node, over };
}

/** Refusal of any kind, with details that say nothing true. */
function refusal(random: Random): string {
  const codes = Object.keys(problems) as (keyof typeof problems)[]; // the table's own keys
  const missing = [sha256Of(String(random.next()))];
  const error = new TasukiError(random.pick(codes), "for no reason", {
    epoch: random.pick([1, 99, 1_000_000]),
    missing,
    retryAfter: random.pick([0, 1, 1e9]),
  });
  return JSON.stringify({ problem: toProblem(error) });
}

function answer({ id, run }: TaskPayload, receipt: Envelope | undefined): string {
  return receipt === undefined
    ? JSON.stringify({ problem: toProblem(new TasukiError("unavailable", "not now")) })
    : JSON.stringify({ ok: { task: id, run, receipt } });
}

/** The task in a message; undefined where it is none of a node. A script's bare request is none. */
function sentIn(body: string): { readonly payload: TaskPayload; readonly envelope: Envelope } | undefined {
  const { envelope } = Posted.parse(JSON.parse(body));
  return envelope.signatures.length === 0 ? undefined : { payload: parseTask(payloadOf(envelope)), envelope };
}
