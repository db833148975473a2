import {
  artifactNamed,
  artifactsOf,
  type ArtifactText,
  type Attachment,
  type Clock,
  isFileOf,
  parseContractRef,
  type Pipeline,
  TasukiError,
} from "@tasuki/protocol";
import { type AttachmentRow, type BlobRow, publish, type RunRow, type Store } from "@tasuki/store";
import type { BusClient, Roster } from "@tasuki/bus";
import type { FlowState, FlowWant, StageFlow, Subject } from "@tasuki/flow";
import { nodeOf } from "./placement.ts";
import { type RunSteps, stateOf } from "./run-steps.ts";

export interface PullDeps {
  readonly store: Store;
  readonly steps: RunSteps;
  readonly clientFor: (node: string) => BusClient;
  readonly roster: Roster;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
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
  const fetched = lacking.length === 0 ? [] : await fetch(deps, lacking, { holders: holdersOf(state, at, deps.roster), signal });
  const outputs = [...held, ...fetched].sort((a, b) => (a.name < b.name ? -1 : 1));
  // Attachment rows name the files for status, and keep them from being swept.
  const attachments = outputs.map((output): AttachmentRow => ({ ...output, task: want.task, direction: "out", attempt: stage.attempt }));
  await steps.apply({
    facts: [{ run: state.id, event: { is: "pulled", stage: want.stage, epoch: want.epoch, outputs } }],
    attachments,
  });
}

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
  const artifact = artifactsOf(pipeline).find(({ versions }) => versions.some((one) => isFileOf(one, name)));
  const contract = blob?.contracts.find((ref) => parseContractRef(ref).name === artifact?.name);
  return blob === undefined || contract === undefined ? undefined : { name, contract, size: blob.size, sha256 };
}

async function fetch(
  deps: PullDeps,
  wanted: readonly Subject[],
  { holders, signal }: { holders: readonly Holder[]; signal: AbortSignal },
): Promise<Attachment[]> {
  let failure: unknown;
  const found = new Map<string, Attachment>();
  for (const holder of holders) {
    try {
      const client = deps.clientFor(holder.node);
      for (const { name, sha256 } of wanted.filter((one) => !found.has(one.name)))
        for await (const text of textsOf(client, { task: holder.task, name }, signal))
          if (text.name === name && text.sha256 === sha256) found.set(name, await keep(deps, text));
    } catch (error) {
      failure = error;
    }
    if (found.size === wanted.length) return [...found.values()];
  }
  const names = wanted.filter((one) => !found.has(one.name)).map((one) => one.name);
  const asked = holders.map((holder) => holder.node).join(" and ");
  throw new TasukiError("unavailable", `main could not fetch ${names.join(", ")} from ${asked}; it tries again`, { cause: failure });
}

/** Texts of a task under one name: without a name they would be its inputs too, which may be many megabytes. */
async function* textsOf(
  client: BusClient,
  query: { task: string; name: string },
  signal: AbortSignal,
): AsyncGenerator<ArtifactText, void, undefined> {
  for (let after: string | undefined; ;) {
    const page = await client.status({ ...query, include: "artifacts", ...(after !== undefined && { after }) }, { signal });
    yield* page.artifacts ?? [];
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** Keeps a text under its digest, and under its contract if it holds; if it doesn't, main's check will say so. */
async function keep({ store, pipeline, clock }: PullDeps, { name, contract, sha256, text }: ArtifactText): Promise<Attachment> {
  const { name: kind, version } = parseContractRef(contract);
  const artifact = artifactNamed(pipeline, kind)?.at(version);
  const passes = artifact?.read(text, name).ok === true;
  const { size } = await publish(store, Buffer.from(text, "utf8"), { sha256, now: clock.now(), ...(passes && { contract }) });
  return { name, contract, size, sha256 };
}

/** Tasks whose files main has pulled for a run. They are tasks of other nodes, which main's own tasks don't lead to; the flow's state does. */
export function pulledTasks(row: RunRow): readonly string[] {
  return stateOf(row).stages.flatMap(({ task }) => task ?? []);
}
