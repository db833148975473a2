import {
  type AnyArtifact,
  artifactNamed,
  artifactsOf,
  type ArtifactText,
  type Attachment,
  type Clock,
  isFileOf,
  isTasukiError,
  type Judge,
  parseContractRef,
  type Pipeline,
  TasukiError,
} from "@tasuki/protocol";
import { type AttachmentRow, type BlobRow, type Carried, carryInto, type DiskFloor, type RunRow, type Store } from "@tasuki/store";
import type { BusClient, Roster } from "@tasuki/bus";
import type { FlowState, FlowWant, StageFlow, Subject } from "@tasuki/flow";
import { nodeOf } from "./placement.ts";
import { stateOf } from "./run-row.ts";
import type { RunSteps } from "./run-steps.ts";

export interface PullDeps {
  readonly store: Store;
  readonly steps: RunSteps;
  readonly clientFor: (node: string) => BusClient;
  readonly roster: Roster;
  readonly diskFloor: DiskFloor;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly judge: Judge;
}

/**
 * Pulls the outputs of a stage, so that main can verify, dispatch or take over without the producer: from its node, or from the next one,
 * which was handed the same digests. Each file is hashed again; bytes that are here already are not asked for.
 */
export async function pull(
  deps: PullDeps,
  state: FlowState,
  { want, signal }: { want: Extract<FlowWant, { want: "pull" }>; signal: AbortSignal },
): Promise<void> {
  const { store, steps } = deps;
  const at = state.stages.findIndex((one) => one.stage === want.stage);
  const stage = state.stages[at];
  if (stage === undefined || stage.epoch !== want.epoch) return;
  const blobs = await store.blobsOf(stage.subjects.map(({ sha256 }) => sha256));
  const held = stage.subjects.flatMap((subject) => here(blobs, subject, deps.pipeline) ?? []);
  const lacking = stage.subjects.filter((subject) => !held.some((one) => one.name === subject.name));
  const carried = carryInto(store);
  const fetched =
    lacking.length === 0 ? [] : await fetch({ ...deps, carried }, lacking, { holders: holdersOf(state, at, deps.roster), signal });
  const outputs = [...held, ...fetched].sort((a, b) => (a.name < b.name ? -1 : 1));
  // Attachment rows name the files for status, and keep them from being swept.
  const attachments = outputs.map((output): AttachmentRow => ({ ...output, task: want.task, direction: "out", attempt: stage.attempt }));
  await steps.apply({
    facts: [{ run: state.id, event: { is: "pulled", stage: want.stage, epoch: want.epoch, outputs } }],
    attachments,
    blobs: carried.blobs,
  });
}

/** Parts by which files are fetched, and carried into the commit that names them. */
type FetchDeps = PullDeps & { readonly carried: Carried };

interface Holder {
  readonly node: string;
  readonly task: string;
}

function holdersOf(state: FlowState, at: number, roster: Roster): Holder[] {
  const has = (stage: StageFlow | undefined): Holder[] => {
    const node = stage && nodeOf(state, stage.stage, roster);
    return node === undefined || stage?.task === undefined ? [] : [{ node, task: stage.task }];
  };
  return [...has(state.stages[at]), ...has(state.stages[at + 1])];
}

function here(blobs: ReadonlyMap<string, BlobRow>, { name, sha256 }: Subject, pipeline: Pipeline): Attachment | undefined {
  const blob = blobs.get(sha256);
  const artifact = artifactOfFile(pipeline, name);
  const contract = blob?.contracts.find((ref) => parseContractRef(ref).name === artifact?.name);
  return blob === undefined || contract === undefined ? undefined : { name, contract, size: blob.size, sha256 };
}

function artifactOfFile(pipeline: Pipeline, name: string): AnyArtifact | undefined {
  return artifactsOf(pipeline).find(({ versions }) => versions.some((one) => isFileOf(one, name)));
}

/** Answer of a node that is not the file which it has signed for. A node that doesn't answer has given none. */
export class WrongAnswer extends Error {}

/** Fetches files, each from the first of the holders that gives it. Rejects with `WrongAnswer` where every holder answered, and none gave it. */
async function fetch(
  deps: FetchDeps,
  wanted: readonly Subject[],
  { holders, signal }: { holders: readonly Holder[]; signal: AbortSignal },
): Promise<Attachment[]> {
  const found = new Map<string, Attachment>();
  const wrong: string[] = [];
  let silence: unknown;
  for (const { node, task } of holders) {
    try {
      const client = deps.clientFor(node);
      const lacking = (): Subject[] => wanted.filter((one) => !found.has(one.name));
      for (const subjects of askedTogether(lacking()))
        for (const text of await textsOf(deps, client, { task, subjects, signal })) found.set(text.name, await keep(deps, text, node));
      for (const subject of lacking()) {
        const text = await textOf(client, { task, subject, mostBytes: mostBytesOf(deps.pipeline, [subject]) }, signal);
        if (typeof text === "string") wrong.push(`${node} gave ${text}`);
        else found.set(subject.name, await keep(deps, text, node));
      }
    } catch (error) {
      // A refusal is an answer, and so is what can't be read as one; what else may be tried again is none yet.
      if (isTasukiError(error) && (!error.retryable || error.code === "answer_invalid"))
        wrong.push(`${node} answered ${error.code}: ${error.message}`);
      else silence = error;
    }
    if (found.size === wanted.length) return [...found.values()];
  }
  const names = wanted.filter((one) => !found.has(one.name)).map((one) => one.name);
  if (silence === undefined && wrong.length > 0) throw new WrongAnswer(`${names.join(", ")}: ${wrong.join("; ")}`);
  const asked = holders.map((holder) => holder.node).join(" and ");
  throw new TasukiError("unavailable", `main could not fetch ${names.join(", ")} from ${asked}; it tries again`, { cause: silence });
}

/** Characters of the names in one question: a query takes as many. */
const longestNames = 256;

/** Files in groups of which each is asked for by one question. One that would be alone in its group is in none: `textOf` asks for it. */
function askedTogether(subjects: readonly Subject[]): Subject[][] {
  const groups: Subject[][] = [];
  for (const subject of subjects) {
    const group = groups.at(-1);
    if (group !== undefined && namesOf([...group, subject]).length <= longestNames) group.push(subject);
    else groups.push([subject]);
  }
  return groups.filter((group) => group.length > 1);
}

function namesOf(subjects: readonly Subject[]): string {
  return subjects.map(({ name }) => name).join(",");
}

/**
 * Texts of a task under several names, as far as the node gives them: by one question, or by more where they fill more pages, as long as each page
 * brings one that is wanted. A node of an earlier release has no file under such a name, and gives none.
 */
async function textsOf(
  { pipeline }: Pick<PullDeps, "pipeline">,
  client: BusClient,
  { task, subjects, signal }: { task: string; subjects: readonly Subject[]; signal: AbortSignal },
): Promise<readonly ArtifactText[]> {
  const found = new Map<string, ArtifactText>();
  let after: string | undefined;
  do {
    const query = { task, name: namesOf(subjects), include: "artifacts" as const, ...(after !== undefined && { after }) };
    const page = await client.status(query, { signal, mostBytes: mostBytesOf(pipeline, subjects) });
    const before = found.size;
    for (const { name, sha256 } of subjects) {
      const text = page.artifacts?.find((one) => one.name === name && one.sha256 === sha256);
      if (text !== undefined) found.set(name, text);
    }
    after = found.size > before && found.size < subjects.length ? page.next : undefined;
  } while (after !== undefined);
  return [...found.values()];
}

/**
 * Text of a task under one name and digest; or, in words, what the node gave instead. The first page has it: a node gives each distinct file of
 * a name once, and a page has one text at least. More pages are asked for only as long as they bring other texts of that name.
 */
async function textOf(
  client: BusClient,
  { task, subject: { name, sha256 }, mostBytes }: { task: string; subject: Subject; mostBytes: number },
  signal: AbortSignal,
): Promise<ArtifactText | string> {
  let after: string | undefined;
  for (let pages = 0; pages < pagesAtMost; pages += 1) {
    const page = await client.status({ task, name, include: "artifacts", ...(after !== undefined && { after }) }, { signal, mostBytes });
    const text = page.artifacts?.find((one) => one.name === name && one.sha256 === sha256);
    if (text !== undefined) return text;
    if (page.next === undefined) return `no ${name} of these bytes`;
    after = page.next;
  }
  return `${pagesAtMost} pages without ${name} of these bytes`;
}

/** Pages of files of one name: an input and an output may have it, and another attempt's. */
const pagesAtMost = 4;

/** Files of one name in a page: a task has one for each of its attempts. */
const filesOfName = 16;
/** Bytes of an answer besides its texts, which JSON writes in up to two bytes for one. */
const bytesBeside = 64 * 1024;

/** Bytes that an answer has at most which a node gives for files of these names: their contracts cap them. */
function mostBytesOf(pipeline: Pipeline, subjects: readonly Subject[]): number {
  const capOf = ({ name }: Subject): number =>
    Math.max(0, ...(artifactOfFile(pipeline, name)?.versions.map(({ maxBytes }) => maxBytes) ?? []));
  return bytesBeside + 2 * filesOfName * subjects.reduce((sum, subject) => sum + capOf(subject), 0);
}

/** Keeps a text under its digest, and under its contract if it holds; if it doesn't, or can't be judged, main's check will say so. */
async function keep(
  { carried, pipeline, clock, diskFloor, judge }: FetchDeps,
  { name, contract, sha256, text }: ArtifactText,
  by: string,
): Promise<Attachment> {
  const { name: kind, version } = parseContractRef(contract);
  const artifact = artifactNamed(pipeline, kind)?.at(version);
  const bytes = Buffer.from(text, "utf8");
  if (artifact === undefined || bytes.length > artifact.maxBytes)
    throw new TasukiError("too_large", `${name} has ${bytes.length} bytes; ${artifact?.maxBytes ?? 0} are taken under '${contract}'.`);
  using _ = await diskFloor.reserve(bytes.length);
  const unmet = await judge.judge({ artifact, name, size: bytes.length, by, read: async () => bytes }).catch(() => undefined);
  const passes = unmet?.length === 0;
  const { size } = await carried.add(bytes, { sha256, now: clock.now(), ...(passes && { contract }) });
  return { name, contract, size, sha256 };
}

/** Tasks whose files main has pulled for a run. They are tasks of other nodes, which main's own tasks don't lead to; the flow's state does. */
export function pulledTasks(row: RunRow): readonly string[] {
  return stateOf(row).stages.flatMap(({ task }) => task ?? []);
}
