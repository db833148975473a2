// A taken-over node: its honest process, with a front before it that has the node's key and token, and lies.
import { createPrivateKey, randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Envelope, type FeedEntry, sha256Of, taskPayloadType } from "@tasuki/protocol";
import { claimedReceipt, createSigner, type Signer, signEnvelope } from "@tasuki/evidence";
import { createSocketClient } from "@tasuki/bus";
import { blobPath } from "@tasuki/store";
import type { History } from "../history/history.ts";
import { type ChaosRelay, type RoleName, roles } from "../chaos/chaos-relay.ts";
import { createRandom } from "../sim/random.ts";
import type { Answer, Exchange, Front } from "./front.ts";
import { type AskedTask, healthLies, statusLies, taskLies, uploadLies } from "./grammar/answers.ts";
import { afterFeedLies, entryLies, insteadOfFeedLies, retoldLies, toEntry } from "./grammar/feeds.ts";
import { handOffLies } from "./grammar/hand-offs.ts";
import { inventedWorkLies } from "./grammar/invented-work.ts";
import { type Callee, fileLies, postLies, send } from "./grammar/posts.ts";
import { type Asked, wireLies } from "./grammar/wire.ts";
import { createDeck, createLedger, type Deck, type Ledger } from "./lie.ts";
import { beginEvents, followToldFeed, sendEntries } from "./told-feed.ts";
import { createWorld, taskOf, type World } from "./world.ts";

/** Sorts of lies: each run is for one of them, for the first of another ends it. */
const sorts = ["answers", "answers", "answers", "feed", "hand-off"] as const;
type Sort = (typeof sorts)[number];

/** Milliseconds by which a hand-off is late: main reads a feed and begins to ask in a tenth of them. */
const lateMs = 1_000;

/** Share of the lies for which nobody has to ask: they take a request or an entry, and no run. */
const shares = { entry: 0.18, post: 0.4, file: 0.12 };
const sharesOfMain = { post: 0.6, file: 0.25 };

export interface Liar extends AsyncDisposable {
  readonly world: World;
  readonly ledger: Ledger;
  /** True while runs are wanted that are lied about. */
  wantsRuns(): boolean;
  /** Begins to lie, or speaks the truth from now on. */
  setLying(lying: boolean): void;
  /** Lies in an entry of its own feed. Resolves with false where no such lie is wanted; so do the next two. */
  lieInEntry(): Promise<boolean>;
  /** Lies in a task that it sends by itself. Of a run about which it is honest it says only what it is not allowed to say. */
  lieInPost(honestRun: string | undefined): Promise<boolean>;
  /** Uploads a file that is not what it should be. */
  lieInFile(): Promise<boolean>;
  /** History of the relay as others saw it: its feed as it was told, and which receipts of it are lies. */
  judged(history: History): History;
  /** Faults of others: answers by which a node says that it failed (500), and redirects that were followed. */
  readonly faults: readonly string[];
}

interface LiarDeps {
  readonly role: RoleName;
  readonly relay: ChaosRelay;
  readonly front: Front;
  /** Seed of what is told; the order in which others ask is the machine's. */
  readonly seed: number;
  /** Number of lies that are wanted. */
  readonly lies: number;
  /** Only kinds whose names have this in them. */
  readonly only?: string;
}

export async function createLiar({ role, relay, front, seed, lies, only = "" }: LiarDeps): Promise<Liar> {
  const signerOf = async (name: RoleName): Promise<Signer> =>
    createSigner(createPrivateKey(await readFile(join(relay.folder(name), "keys", "receipt.pem"), "utf8")));
  const tokenOf = async (name: RoleName): Promise<string> =>
    (await readFile(join(relay.folder(name), "identity", "secret"), "utf8")).trim();
  const [signer, mainsSigner, token, mainsToken] = await Promise.all([signerOf(role), signerOf("main"), tokenOf(role), tokenOf("main")]);
  const random = createRandom(seed, role);
  const world = createWorld(role, signer);
  const deck = <Occasion>(name: string, kinds: Parameters<typeof createDeck<Occasion>>[1]): Deck<Occasion> =>
    createDeck(
      name,
      kinds.filter((kind) => `${name}: ${kind.name}`.includes(only)),
      random.fork(name),
    );
  const isMain = role === "main";
  const ofRoles = {
    health: deck("health", healthLies),
    status: deck("status", statusLies),
    instead: deck("feed", insteadOfFeedLies),
    after: deck("feed", afterFeedLies),
    entry: deck("entry", entryLies),
    retold: deck("entry", retoldLies),
  };
  const ofAll = {
    wire: deck("answer", wireLies),
    task: deck("task", taskLies),
    upload: deck("upload", uploadLies),
    handOff: deck("hand-off", handOffLies),
    post: deck("post", isMain ? postLies : [...postLies, ...inventedWorkLies]),
    file: deck("file", fileLies),
  };
  const ledger = createLedger(lies, [...Object.values(ofAll), ...(isMain ? [] : Object.values(ofRoles))]);
  const faults: string[] = [];
  const trap = createServer((req, res) => {
    faults.push(`a redirect was followed to ${req.url}`);
    res.end();
  }).listen(0, "127.0.0.1");
  await once(trap, "listening");
  const trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`; // it listens on TCP

  let isLying = false;
  const told = new Map<string, number>();
  /** True where a lie about this is wanted, and has not been told too often for what it is about to go on. */
  const wants = (of: Deck<never>, about: string, most: number): boolean => {
    if (!isLying || of.names.length === 0 || !ledger.wants(of.names) || (told.get(about) ?? 0) >= most) return false;
    told.set(about, (told.get(about) ?? 0) + 1);
    return true;
  };
  const tell = async <Occasion>(of: Deck<Occasion>, occasion: Occasion): Promise<boolean> => {
    const name = await of.tell(occasion);
    if (name !== undefined) ledger.note(name);
    return name !== undefined;
  };
  /** Lies in an answer: so that it is not the one of its kind, or no answer at all. */
  const lieIn = async <Occasion extends Asked>(
    of: Deck<Occasion>,
    occasion: Occasion,
    { about, most = Infinity }: { about: string; most?: number },
  ): Promise<boolean> => {
    const decks: readonly Deck<Occasion>[] = [of, ofAll.wire];
    const deck = decks.find(({ names }) => ledger.untold(names).length > 0) ?? random.pick(decks);
    return wants(deck, about, most) && tell(deck, occasion);
  };
  const kindsOf: Readonly<Record<Sort, readonly string[]>> = {
    answers: [ofAll.wire, ofAll.task, ofAll.upload, ...(isMain ? [] : [ofRoles.status])].flatMap(({ names }) => names),
    feed: isMain ? [] : ofRoles.retold.names,
    "hand-off": ofAll.handOff.names,
  };
  /** Sort of lie that the next run is for: one of which some kind was not told yet, as long as there is any. */
  const nextSort = (): Sort => {
    const own = sorts.filter((sort) => !isMain || sort !== "feed");
    const lacking = own.filter((sort) => ledger.untold(kindsOf[sort]).length > 0);
    return random.pick(lacking.length === 0 ? own : lacking);
  };
  const sortOf = new Map<string, Sort>();
  const isFor = (run: string | undefined, sort: Sort): boolean => {
    if (run === undefined || !world.isLiedAbout(run)) return false;
    const own = sortOf.get(run) ?? nextSort();
    sortOf.set(run, own);
    return own === sort;
  };

  // Entries of the node that lies are told in place of: a nudge about no run, in main's name, makes one.
  const places = new Map<string, { make: (index: number) => FeedEntry; filled: () => void }>();
  const lied = new Set<number>();
  const broken = new Set<string>();
  const instead = async (entry: FeedEntry): Promise<FeedEntry> => {
    for (const envelope of entry.envelopes) {
      const place = places.get(taskOf(envelope)?.id ?? "");
      if (place === undefined) continue;
      lied.add(entry.index);
      place.filled();
      return place.make(entry.index);
    }
    for (const envelope of entry.envelopes) world.see(envelope);
    const [first, ...others] = entry.envelopes;
    const statement = first && claimedReceipt(first);
    const run = statement?.predicate.role === role ? statement.predicate.run : undefined;
    if (first === undefined || statement === undefined || run === undefined) return entry;
    // Entries that follow from a receipt which was never told prove nothing.
    if (broken.has(run)) {
      world.disown(entry.envelopes);
      world.keepUntold(entry.envelopes);
    }
    if (!isFor(run, "feed") || !wants(ofRoles.retold, `entries of ${run}`, 1) || !random.chance(0.6)) return entry;
    let envelopes: readonly Envelope[] = entry.envelopes;
    const isTold = await tell(ofRoles.retold, {
      world,
      honest: { statement, envelope: first },
      retell: (own) => void (envelopes = [own, ...others]),
    });
    if (!isTold) return entry;
    broken.add(run);
    lied.add(entry.index);
    world.disown(entry.envelopes);
    world.keepUntold(entry.envelopes);
    return toEntry(entry.index, [...envelopes], entry.texts && { texts: entry.texts });
  };
  const feed = followToldFeed({ client: createSocketClient({ node: role, socketPath: join(relay.folder(role), "bus.sock") }), instead });
  const add = async (...makers: ((index: number) => FeedEntry)[]): Promise<void> => {
    await Promise.all(
      makers.map(async (make) => {
        const filled = Promise.withResolvers<void>();
        const [id, run] = [randomUUIDv7(), randomUUIDv7()];
        places.set(id, { make, filled: filled.resolve });
        const payload = { v: 1, id, kind: "nudge", run, stage: role, epoch: 1, from: "main", to: role, attachments: [] };
        const envelope = signEnvelope(Buffer.from(JSON.stringify(payload)), taskPayloadType, mainsSigner);
        const message = { path: "/trpc/task", headers: { "content-type": "application/json" }, body: JSON.stringify({ envelope }) };
        const refused = (status: number, body: string): void => void (status >= 300 && filled.reject(new Error(`${status}: ${body}`)));
        await send({ port: relay.port(role), token: mainsToken, onAnswer: refused }, message);
        await filled.promise;
      }),
    );
  };

  const watchers = new Set<ServerResponse>();
  let followed = 0;
  const follow = async (exchange: Exchange): Promise<void> => {
    const { res, url } = exchange;
    const { from = 0 } = JSON.parse(url.searchParams.get("input") ?? "{}") as { from?: number };
    followed += 1;
    if (followed % 3 === 0 && wants(ofRoles.instead, "feed", Infinity))
      return void (await tell(ofRoles.instead, { exchange, world, feed, next: from }));
    const closed = new AbortController();
    watchers.add(res);
    res.on("close", () => {
      closed.abort();
      watchers.delete(res);
    });
    beginEvents(res);
    const isToLie = wants(ofRoles.after, "feed", Infinity);
    // Who is cut off asks for the health of the node before it follows its feed again.
    const isToCut = isToLie || (isLying && ledger.wants(ofRoles.health.names));
    const enough = isToCut ? AbortSignal.timeout(random.integer(50, 200)) : closed.signal;
    const next = await sendEntries(res, { from, feed, signal: AbortSignal.any([closed.signal, enough]) });
    if (isToLie && !closed.signal.aborted) await tell(ofRoles.after, { exchange, world, feed, next });
    res.destroy();
  };

  const asked = (exchange: Exchange): Asked => {
    let answer: Promise<Answer> | undefined;
    return { exchange, trap: trapUrl, honest: () => (answer ??= exchange.forward()) };
  };
  const askedTask = async (exchange: Exchange): Promise<AskedTask | undefined> => {
    const { envelope } = JSON.parse(exchange.body.toString("utf8")) as { envelope: Envelope }; // of a node, which sends no other
    world.see(envelope);
    const payload = taskOf(envelope);
    return payload && { ...asked(exchange), payload, envelope, world };
  };
  let health = 0;
  const answer = async (exchange: Exchange): Promise<boolean> => {
    const { call, url } = exchange;
    switch (call) {
      case "health":
        health += 1;
        return health % 2 === 0 && lieIn(ofRoles.health, asked(exchange), { about: "health" });
      case "status": {
        const query = JSON.parse(url.searchParams.get("input") ?? "{}") as { task?: string; after?: string };
        const isAbout = query.after !== undefined || isFor(world.runOf(query.task ?? ""), "answers");
        return isAbout && lieIn(ofRoles.status, asked(exchange), { about: `status of ${query.task}`, most: 3 });
      }
      case "upload": {
        const sha256 = url.searchParams.get("sha256") ?? "";
        return isFor(world.runOf(sha256), "answers") && lieIn(ofAll.upload, asked(exchange), { about: `upload ${sha256}`, most: 2 });
      }
      case "task": {
        const one = await askedTask(exchange);
        const isAbout = one !== undefined && isFor(one.payload.run, "answers");
        return isAbout && lieIn(ofAll.task, one, { about: `task ${one.payload.id}`, most: 3 });
      }
      case "watch":
        await follow(exchange);
        return true;
      case undefined:
        return false;
    }
  };
  const handOn = async (exchange: Exchange): Promise<boolean> => {
    const one = exchange.call === "task" ? await askedTask(exchange) : undefined;
    // What main gets with a hand-off it does not ask for: it is late, so that main asks, and is lied to.
    if (one?.payload.to === "main" && isFor(one.payload.run, "answers") && ledger.wants(ofRoles.status.names)) await delay(lateMs);
    if (one === undefined || !isFor(one.payload.run, "hand-off") || !wants(ofAll.handOff, `hand-off ${one.payload.id}`, 2)) return false;
    const upload = (contract: string, body: string): Promise<void> =>
      send(callee(exchange.to), {
        path: `/upload?contract=${contract}&sha256=${sha256Of(body)}`,
        headers: { "content-type": "application/octet-stream" },
        body,
      });
    return tell(ofAll.handOff, { exchange, payload: one.payload, world, upload });
  };
  front.stand(
    (name) => relay.port(name),
    async (exchange) => {
      const isTold = exchange.to === role ? await answer(exchange) : await handOn(exchange);
      if (!isTold) await exchange.pass();
    },
  );

  /** Entry as a history holds it: of a lie, what can be read of it. */
  const toRecorded = (entry: FeedEntry): FeedEntry =>
    lied.has(entry.index) ? toEntry(entry.index, entry.envelopes.filter(world.isSound)) : entry;
  const others = roles.filter((name) => name !== role);
  const callee = (to: RoleName, honestRun?: string): Callee => ({
    to,
    port: relay.port(to),
    token,
    world,
    honestRun,
    read: (sha256) => readFile(blobPath(relay.folder(role), sha256)).catch(() => undefined),
    onAnswer(status, body) {
      if (status >= 500 && ![503, 507].includes(status)) faults.push(`${to} answered ${status}: ${body}`);
    },
  });
  /** Lies that wait for nobody to ask: so many of all, or each kind once. */
  const unasked = async <Occasion>(of: Deck<Occasion>, occasion: Occasion, share: number): Promise<boolean> => {
    const soFar = of.names.reduce((sum, name) => sum + (ledger.counts[name] ?? 0), 0);
    return isLying && ledger.wants(of.names) && soFar < Math.max(of.names.length, lies * (only === "" ? share : 1)) && tell(of, occasion);
  };
  return {
    world,
    ledger,
    wantsRuns: () => ledger.wants(Object.values(kindsOf).flat()),
    setLying(lying) {
      isLying = lying;
      for (const watcher of watchers) watcher.destroy();
    },
    lieInEntry: async () => !isMain && unasked(ofRoles.entry, { world, add }, shares.entry),
    lieInPost: (honestRun) =>
      unasked(ofAll.post, callee(random.pick(others), isMain ? undefined : honestRun), (isMain ? sharesOfMain : shares).post),
    lieInFile: () => unasked(ofAll.file, callee(random.pick(others)), (isMain ? sharesOfMain : shares).file),
    judged: (history) => ({
      ...history,
      feeds: [
        ...history.feeds.map((one) => (one.node === role && !isMain ? { ...one, entries: feed.entries.map(toRecorded), lies: true } : one)),
        // Receipts that it signed for senders alone prove what they say, too.
        {
          node: role,
          role,
          instance: "untold",
          lies: true,
          entries: world.untold.map((envelopes, index) => toEntry(index, envelopes.filter(world.isSound))),
        },
      ],
    }),
    faults,
    async [Symbol.asyncDispose]() {
      trap.close();
      trap.closeAllConnections();
      await feed[Symbol.asyncDispose]();
    },
  };
}
