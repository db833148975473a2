import { type Attachment, carriedTo, type Envelope, type Grant, parseContractRef, sha256Of, type TaskPayload } from "@tasuki/protocol";
import { createNotary, payloadDigest } from "@tasuki/evidence";
import { z } from "zod";
import { signerOf } from "../keys.ts";
import { setTimeout as delay } from "../machine/timers-promises.ts";
import { toText } from "../pipeline.ts";
import { leafOf, type Said, signSaid, textFor, untrue } from "./false-receipts.ts";
import type { LiarDeps, LiarParts, Way } from "./liar.ts";

/** One boot of the node that lies, and what it lies with. */
interface FalseWorkDeps extends Pick<LiarDeps, "node" | "pipeline" | "names" | "random">, Omit<LiarParts, "bus"> {
  readonly newId: () => string;
  /** Makes up a run that main never had. */
  readonly makeUp: () => string;
  /** Called with files that the node has signed for, and the task that it says they are of. */
  readonly onClaim: (task: string, claim: { readonly run: string; readonly files: readonly Attachment[] }) => void;
}

/** Work that nobody did, as a lying node tells of it: receipts in its own feed, and tasks that it sends to others. */
export interface FalseWork {
  /**
   * Story about a task: receipts of every state, one after the other, each true or not, with a hand-off of what it says it has made. Resolves with
   * the receipt that it begins with.
   */
  tell(way: Way, sent: { readonly payload: TaskPayload; readonly envelope: Envelope }): Promise<Envelope | undefined>;
  /** Sends a task of its own about a run: at another epoch, over other files, to somebody whose turn it is not, or what is main's alone to send. */
  sendOwn(about: TaskPayload): Promise<void>;
  /** Hands on work of a run that main never had, whole, with a run.json that names it: once, or many of them at once. */
  inventWork(about: TaskPayload): Promise<void>;
  /** Says more about a run than main keeps. */
  flood(about: TaskPayload): Promise<void>;
  /** Does something later, whatever it comes to. */
  after(ms: number, then: () => Promise<unknown>): Promise<void>;
}

const messagesOfFlood = 1_100;
const messagesAnEntry = 10;

export function createFalseWork({
  node,
  role,
  pipeline,
  names,
  random,
  newId,
  store,
  clock,
  passage,
  makeUp,
  onClaim,
}: FalseWorkDeps): FalseWork {
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

  /** Those of the files that are carried to a role: others would be refused for their contracts. */
  const carried = (attachments: readonly Attachment[], to: string): Attachment[] => {
    const contracts = new Set(carriedTo(pipeline, to).map((artifact) => artifact.name));
    return attachments.filter(({ contract }) => contracts.has(parseContractRef(contract).name));
  };

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
    const bytesOf = (text: string): Buffer => Buffer.from(random.chance(0.8) ? text : "other bytes");
    const files = random.chance(0.5) ? [...texts.values()].map((text) => bytesOf(text).toString("base64")) : [];
    for (let tries = 0; tries < 3; tries += 1) {
      const travelling = tries === 0 ? { files } : {};
      const answer = await way.exchange("task", JSON.stringify({ envelope, ...travelling, headers: {} }), undefined).catch(() => undefined);
      const { problem } = z
        .object({ problem: z.object({ missing: z.array(z.string()).optional() }).optional() })
        .parse(JSON.parse(answer ?? "{}"));
      for (const sha256 of problem?.missing ?? []) {
        const { contract = "" } = payload.attachments.find((one) => one.sha256 === sha256) ?? {};
        const held = texts.has(sha256) ? Buffer.from(texts.get(sha256) ?? "") : await store.blobs.read(sha256).catch(() => undefined);
        const bytes = held && bytesOf(held.toString("utf8"));
        if (bytes !== undefined)
          await way
            .exchange("upload", JSON.stringify({ contract, sha256, bytes: bytes.toString("base64") }), undefined)
            .catch(() => undefined);
      }
      if (problem?.missing === undefined) return;
    }
  };
  /** Main's grant as it never gave it: that of another run, signed by the liar, with a word changed under main's signature, or none. */
  const falseGrant = (
    { grant, nodes, attachments }: TaskPayload,
    { run, epoch }: Pick<TaskPayload, "run" | "epoch">,
  ): Partial<TaskPayload> => {
    const plan = attachments.find(({ name }) => name === "run.json")?.sha256 ?? "";
    const said: Grant = { v: 1, run, epoch, plan, ...(nodes !== undefined && { nodes }) };
    const own = notary.grant(said);
    const changed = grant && { ...grant, payload: own.payload };
    return random.pick<Partial<TaskPayload>>([{}, { grant: own }, ...(grant && changed ? [{ grant }, { grant: changed }] : [])]);
  };
  /** Task of its own about a run: at another epoch, over other files, to somebody whose turn it is not, or what is main's alone to send. */
  const ownTask = (about: TaskPayload, changed: Partial<TaskPayload> = {}): TaskPayload => {
    const kind = random.pick<TaskPayload["kind"]>(["work", "work", "work", "work", "cancel", "nudge", "close"]);
    const to = random.pick([next(role), next(role), next(role), ...[...names.values()].filter((one) => one !== role)]);
    const { nodes, grant } = about;
    const epoch = about.epoch + random.pick([0, 0, 0, 1, 1_000]);
    return {
      v: 1,
      id: newId(),
      kind,
      run: about.run,
      stage: to,
      epoch,
      from: random.chance(0.9) ? role : "main",
      fromNode: node,
      to,
      ...(nodes !== undefined && { nodes }),
      ...(random.chance(0.5) ? grant && { grant } : falseGrant(about, { run: about.run, epoch })),
      attachments: random.chance(0.8) ? about.attachments : about.attachments.slice(1),
      prev: sha256Of(String(random.next())),
      ...(kind === "close" && { bundle: sha256Of("a bundle") }),
      ...changed,
    };
  };

  const tell = async (way: Way, { payload, envelope }: { payload: TaskPayload; envelope: Envelope }): Promise<Envelope | undefined> => {
    const { id: task, run, stage, epoch } = payload;
    const invented = way === "speaks of runs that main never had";
    const { file, text } = files(payload);
    const of = { run: invented ? makeUp() : run, stage, task: invented ? newId() : task, epoch };
    onClaim(of.task, { run: of.run, files: [file] });
    const inputs = payload.attachments.map(({ name, sha256 }) => ({ name, sha256 }));
    let prev: string | undefined = payloadDigest(envelope);
    let first: Envelope | undefined;
    const told = [
      "accepted",
      "started",
      random.pick(["produced", "produced", "blocked"]),
      random.pick(["archived", "rejected", "fenced", "closed", ""]),
    ];
    /** Says a state of the task, true or not. Resolves with the receipt; undefined where the node is gone. */
    const sayState = async (state: string): Promise<Envelope | undefined> => {
      const subjects = state === "produced" ? [file] : inputs;
      const truth: Said = { ...of, attempt: state === "accepted" ? 0 : 1, state, ...(prev && { prev }), subjects };
      const odds = way === "hands on what nobody made" ? 0.1 : state === "accepted" ? 0.7 : 0.4;
      const so = random.chance(odds) ? untrue(truth, random, newId) : truth;
      const own = state === "accepted" && random.chance(0.25) ? notary.task({ ...payload, from: role, fromNode: node }) : undefined;
      const said = own === undefined ? so : { ...truth, prev: own.digest };
      const receipt = await say(said, state === "accepted" ? [own?.envelope ?? envelope] : []).catch(() => undefined);
      if (receipt !== undefined) prev = payloadDigest(receipt);
      return receipt;
    };
    /** Tells on after the answer is out. */
    const rest = async (states: readonly string[]): Promise<void> => {
      for (const state of states) {
        if (state === "" || (await sayState(state)) === undefined) return;
        await delay(random.integer(1, 5_000));
      }
    };
    for (const state of told) {
      if (state === "") break;
      const receipt = await sayState(state);
      if (receipt === undefined) return first;
      first ??= receipt;
      if (state === "produced" && way !== "answers with a lie") {
        const all = [...payload.attachments, file];
        const attachments = random.chance(0.8) ? carried(all, next(role)) : all;
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
  };
  const inventWork = async (about: TaskPayload): Promise<void> => {
    const plan = about.attachments.find(({ name }) => name === "run.json");
    const before = plan && (await store.blobs.read(plan.sha256).catch(() => undefined));
    if (plan === undefined || before === undefined) return;
    const run = makeUp();
    const text = before.toString("utf8").replaceAll(about.run, run);
    const own = { ...plan, size: Buffer.byteLength(text), sha256: sha256Of(text) };
    const { file, text: made } = files(about);
    const to = next(role);
    const attachments = carried([...about.attachments.map((one) => (one === plan ? own : one)), file], to);
    const texts = new Map([[own.sha256, text], ...(made === undefined ? [] : [[file.sha256, made] as const])]);
    const changes: Partial<TaskPayload> = { kind: "work", run, to, stage: to, epoch: 1, from: role, attachments };
    const { grant: _, ...task } = ownTask(about, changes);
    await send({ ...task, ...falseGrant({ ...about, attachments }, { run, epoch: 1 }) }, texts);
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

  return { tell, flood, after, inventWork, sendOwn: (about) => send(ownTask(about), new Map()) };
}
