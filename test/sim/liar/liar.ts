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
import { createNotary, parseTask, payloadDigest, payloadOf } from "@tasuki/evidence";
import type { DirectBus, Passage } from "@tasuki/bus/testing";
import type { OpenStore } from "@tasuki/store";
import { z } from "zod";
import { createIds } from "../ids.ts";
import { signerOf } from "../keys.ts";
import { never } from "../machine/boot.ts";
import { setTimeout as delay } from "../machine/timers-promises.ts";
import { toText } from "../pipeline.ts";
import type { Random } from "../random.ts";
import { leafOf, type Said, signSaid, textFor, untrue } from "./false-receipts.ts";
import { falseEntries, falseHealth, falseStatus } from "./false-answers.ts";

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

interface LiarParts {
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
const messagesOfFlood = 1_100;
const messagesAnEntry = 10;

/** Creates the lying node of a relay. Which ways it has, and which runs it lies about, is the seed's; it lies until the end, whatever heals. */
export function createLiar({ node, pipeline, names, rate, now, onLie, ...deps }: LiarDeps): Liar {
  const random = deps.random;
  const chosen = (Object.keys(ways) as Way[]).filter((way) => way !== "says more than main keeps" && random.chance(ways[way] ? 0.1 : 0.5)); // the table's own keys
  // What is to be more than main keeps has to be read, so a node that says that much lets it be read.
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

  const over = ({ bus, role, store, clock, passage }: LiarParts): DirectBus => {
    const notary = createNotary({ node, role, instance: store.instance, signer: signerOf(node), clock, salt: () => "0".repeat(32) });
    const signing = (index: number) => ({ node, role, instance: store.instance, index, now: clock.now() });
    /** Says something in the own feed. Resolves with the receipt. */
    const say = async (said: Said, others: readonly Envelope[] = []): Promise<Envelope | undefined> => {
      let receipt: Envelope | undefined;
      const { named, given } = textFor(random);
      const hasText = random.chance(0.2);
      const text = { text: { code: "a lie", sha256: named.sha256 } };
      await store.append((index) => {
        receipt = signSaid(hasText ? { ...said, more: { ...text, ...said.more } } : said, signing(index));
        const envelopes = [receipt, ...others];
        return { leaf: leafOf(said, envelopes, signing(index)), envelopes, ...(hasText && { texts: [given] }) };
      });
      return receipt;
    };
    const next = (stage: string): string => pipeline.roles[pipeline.roles.findIndex(({ name }) => name === stage) + 1]?.name ?? "main";

    /** Files that it says it has made of a task: as an honest node would, or in one of the ways that nobody should take. */
    const files = ({ attachments }: TaskPayload): { readonly file: Attachment; readonly text: string | undefined } => {
      const before = attachments.findLast(({ contract }) => !/^(run|source-text)@/.test(contract))?.sha256 ?? "";
      const honest = toText({ role, from: before });
      const text = random.pick([
        honest,
        undefined,
        "no result at all",
        toText({ role, from: "0".repeat(64) }),
        toText({ role, from: before, decision: "rework" }),
        toText({ role, from: before, decision: "perhaps" }),
      ]);
      const name = random.chance(0.9) ? `${role}-result.txt` : random.pick(["final.txt", "run.json", "brief.md"]);
      const bytes = text ?? `nobody has this: ${random.next()}`;
      return { file: { name, contract: `${role}-result@1`, size: Buffer.byteLength(bytes), sha256: sha256Of(bytes) }, text };
    };

    /** Sends a task of its own, and what of its files is asked for, until somebody takes or refuses it. */
    const send = async (payload: TaskPayload, texts: ReadonlyMap<string, string>): Promise<void> => {
      const way = passage(payload.nodes?.[payload.to] ?? [...names].find(([, of]) => of === payload.to)?.[0] ?? payload.to);
      const { envelope } = notary.task(payload);
      for (let tries = 0; tries < 3; tries += 1) {
        const answer = await way.exchange("task", JSON.stringify({ envelope, headers: {} }), undefined).catch(() => undefined);
        const { problem } = z
          .object({ problem: z.object({ missing: z.array(z.string()).optional() }).optional() })
          .parse(JSON.parse(answer ?? "{}"));
        for (const sha256 of problem?.missing ?? []) {
          const { contract = "" } = payload.attachments.find((one) => one.sha256 === sha256) ?? {};
          const held = texts.has(sha256) ? Buffer.from(texts.get(sha256) ?? "") : await store.blobs.read(sha256).catch(() => undefined);
          const bytes = random.chance(0.8) ? held : Buffer.from("other bytes");
          if (bytes !== undefined)
            await way
              .exchange("upload", JSON.stringify({ contract, sha256, bytes: bytes.toString("base64") }), undefined)
              .catch(() => undefined);
        }
        if (problem?.missing === undefined) return;
      }
    };
    /** Task of its own about a run: at another epoch, over other files, to somebody whose turn it is not, or what is main's alone to send. */
    const ownTask = (about: TaskPayload, changed: Partial<TaskPayload> = {}): TaskPayload => {
      const kind = random.pick<TaskPayload["kind"]>(["work", "work", "work", "work", "cancel", "nudge", "close"]);
      const to = random.pick([next(role), next(role), next(role), ...[...names.values()].filter((one) => one !== role)]);
      const { nodes } = about;
      return {
        v: 1,
        id: newId(),
        kind,
        run: about.run,
        stage: to,
        epoch: about.epoch + random.pick([0, 0, 0, 1, 1_000]),
        from: random.chance(0.9) ? role : "main",
        fromNode: node,
        to,
        ...(nodes !== undefined && { nodes }),
        attachments: random.chance(0.8) ? about.attachments : about.attachments.slice(1),
        prev: sha256Of(String(random.next())),
        ...(kind === "close" && { bundle: sha256Of("a bundle") }),
        ...changed,
      };
    };

    /**
     * Story about a task: receipts of every state, one after the other, each true or not, with a hand-off of what it says it has made. Resolves with
     * the receipt that it begins with.
     */
    const tell = async (way: Way, { payload, envelope }: { payload: TaskPayload; envelope: Envelope }): Promise<Envelope | undefined> => {
      const { id: task, run, stage, epoch } = payload;
      const invented = way === "speaks of runs that main never had";
      const { file, text } = files(payload);
      const of = { run: invented ? makeUp() : run, stage, task: invented ? newId() : task, epoch };
      claimed.set(of.task, { run: of.run, files: [file] });
      const inputs = payload.attachments.map(({ name, sha256 }) => ({ name, sha256 }));
      let prev: string | undefined = payloadDigest(envelope);
      let first: Envelope | undefined;
      const told = [
        "accepted",
        "started",
        random.pick(["produced", "produced", "blocked"]),
        random.pick(["archived", "rejected", "fenced", "closed", ""]),
      ];
      for (const state of told) {
        if (state === "") break;
        const isMade = state === "produced";
        const truth: Said = {
          ...of,
          attempt: state === "accepted" ? 0 : 1,
          state,
          ...(prev && { prev }),
          subjects: isMade ? [file] : inputs,
        };
        const so = random.chance(way === "hands on what nobody made" ? 0.1 : state === "accepted" ? 0.7 : 0.4)
          ? untrue(truth, random, newId)
          : truth;
        const own = state === "accepted" && random.chance(0.25) ? notary.task({ ...payload, from: role, fromNode: node }) : undefined;
        const said = own === undefined ? so : { ...truth, prev: own.digest };
        const receipt = await say(said, state === "accepted" ? [own?.envelope ?? envelope] : []).catch(() => undefined);
        if (receipt === undefined) return first;
        first ??= receipt;
        prev = payloadDigest(receipt);
        if (isMade && way !== "answers with a lie") {
          const attachments = [...payload.attachments, file];
          const changes = { kind: "work", to: next(role), stage: next(role), epoch, from: role, attachments, prev } as const;
          void send(ownTask(payload, random.chance(0.7) ? changes : {}), new Map(text === undefined ? [] : [[file.sha256, text]]));
        }
        if (state === "accepted" && way !== "works, and tells a story" && way !== "hands on what nobody made") {
          void after(random.integer(1, 5_000), () => rest(told.slice(1)));
          break;
        }
        await delay(random.integer(1, 3_000));
      }
      return first;

      /** Tells on after the answer is out. */
      async function rest(states: readonly string[]): Promise<void> {
        for (const state of states) {
          if (state === "") return;
          const isMade = state === "produced";
          const truth: Said = { ...of, attempt: 1, state, ...(prev && { prev }), subjects: isMade ? [file] : inputs };
          const receipt = await say(random.chance(0.4) ? untrue(truth, random, newId) : truth).catch(() => undefined);
          if (receipt === undefined) return;
          prev = payloadDigest(receipt);
          await delay(random.integer(1, 5_000));
        }
      }
    };
    const flood = async ({ id: task, run, stage, epoch }: TaskPayload): Promise<void> => {
      for (let at = 0; at < messagesOfFlood; at += messagesAnEntry)
        await store.append((index) => {
          const subjects = [{ name: "flood.txt", sha256: sha256Of(String(at)) }];
          const said: Said = { run, stage, task, epoch, attempt: at, state: "started", subjects };
          const envelopes = Array.from({ length: messagesAnEntry }, (_, one) => signSaid({ ...said, attempt: at + one }, signing(index)));
          return { leaf: leafOf(said, envelopes, signing(index)), envelopes };
        });
    };
    const after = async (ms: number, then: () => Promise<unknown>): Promise<void> => {
      await delay(ms);
      await then().catch(() => undefined);
    };

    const task = async (body: string, honestly: () => Promise<string>): Promise<string> => {
      const sent = sentIn(body);
      const { run } = sent?.payload ?? {};
      if (sent === undefined || run === undefined || sent.payload.to !== role || made.has(run)) return honestly();
      const { payload } = sent;
      if (!hasFlooded && lies("says more than main keeps", run)) {
        hasFlooded = true;
        void after(1_000, () => flood(payload));
      }
      if (lies("sends tasks of its own", run)) void after(random.integer(1, 20_000), () => send(ownTask(payload), new Map()));
      if (own.includes("speaks of runs that main never had") && random.chance(rate)) {
        void after(random.integer(1, 5_000), () => tell("speaks of runs that main never had", sent));
        void send(ownTask({ ...payload, run: makeUp() }), new Map());
      }
      const mine = aboutTask.filter((one) => own.includes(one));
      const way = mine.length === 0 ? undefined : random.pick(mine);
      if (way === undefined || !lies(way, run)) return honestly();
      if (way === "is silent") return never();
      if (way === "refuses for no reason") return refusal(random);
      if (payload.kind !== "work" && payload.kind !== "close") return honestly();
      if (way === "tells a story") return answer(payload, await tell(way, sent));
      const taken = await honestly();
      if (way === "answers with a lie") return answer(payload, await tell(way, sent));
      if (z.object({ ok: z.unknown() }).safeParse(JSON.parse(taken)).success) void after(1, () => tell(way, sent));
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
