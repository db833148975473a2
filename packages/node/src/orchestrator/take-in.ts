import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  artifactAt,
  type Attachment,
  artifactOf,
  type Block,
  type Clock,
  type ExtractedSource,
  type Extractor,
  type Judge,
  type Logger,
  mostBlocks,
  parseContractRef,
  type Pipeline,
  refOf,
  TasukiError,
  type Unmet,
  anyRun,
  type Run,
  type RunSource,
  type AnyArtifact,
} from "@tasuki/protocol";
import { type AttachmentRow, carryInto, type Claimed, type SmallBlob, type Store } from "@tasuki/store";
import type { Attempt } from "../consumer/worker.ts";
import { readBrief } from "./read-brief.ts";
import { clocksOf, type FlowState, roundsOf, toReason } from "@tasuki/flow";

export interface IntakeDeps {
  readonly store: Store;
  readonly extractor: Extractor;
  readonly judge: Judge;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Files that a run begins with; or the block of a run that can't begin. */
export type TakenIn =
  | {
      readonly is: "taken";
      readonly given: readonly Attachment[];
      /** Small files among them, for the commit of the intake to bring. */
      readonly blobs: readonly SmallBlob[];
      readonly sources: FlowState["sources"];
    }
  | { readonly is: "refused"; readonly block: Block };

/** Takes a run in: reads brief and sources from the attempt's `in/`, extracts the texts, writes run.json. A source that can't be read is recorded, and becomes a declared gap. */
export async function takeIn(
  deps: IntakeDeps,
  {
    claimed,
    attempt,
    state,
    versions,
  }: { claimed: Claimed; attempt: Attempt; state: FlowState; versions: Readonly<Record<string, number>> },
): Promise<TakenIn> {
  const { store, pipeline, clock } = deps;
  const { payload } = claimed.row;
  const { intake } = pipeline;
  const used = {
    run: artifactAt(anyRun, versions),
    brief: artifactAt(intake.brief, versions),
    ...(intake.sources && { sources: artifactAt(intake.sources, versions) }),
  };
  const text = await readBrief(claimed, { ...deps, folder: attempt.folder, brief: intake.brief, used: used.brief });
  if (!text.ok) return { is: "refused", block: briefBlock(payload.run, text.unmet) };
  const carried = carryInto(store);
  const brief = await carried.add(Buffer.from(text.value, "utf8"), { contract: refOf(used.brief), now: clock.now() });

  const raws = claimed.inputs.filter((input) => parseContractRef(input.contract).name !== intake.brief.name);
  const extracted = raws.length === 0 ? [] : await extract(deps, attempt);
  const sources: RunSource[] = [];
  const texts: Attachment[] = [];
  for (const raw of raws) {
    const source = toSource(raw, { extracted, blocks: Math.max(1, Math.floor(mostBlocks / raws.length)) });
    if (source.text === undefined || intake.sources === undefined || used.sources === undefined) {
      sources.push(source);
      continue;
    }
    const { name } = source.text;
    const contract = refOf(used.sources);
    const content = await contentOf(
      { ...source.text, path: join(attempt.folder, "out", name) },
      { current: intake.sources, used: used.sources, judge: deps.judge },
    );
    const { sha256, size } = await carried.add(content.bytes, { ...content.expect, contract, now: clock.now() });
    sources.push({ ...source, text: { name, sha256, size } });
    texts.push({ name, contract, size, sha256, label: source.label });
    attempt.progress(`${name} is taken in`);
  }

  // Nodes of earlier releases read no run.json without a time.
  const expected = state.wantedBy ?? state.createdAt + state.route.reduce((sum, stage) => sum + clocksOf(state, stage).scheduleToClose, 0);
  const run: Run = {
    contract: refOf(used.run),
    run: payload.run,
    brief: brief.sha256,
    profile: state.profile,
    sources,
    route: pipeline.roles.map((role) => ({
      role: role.name,
      consumes: role.consumes.map((slot) => artifactOf(slot).name),
      produces: role.produces.map((slot) => artifactOf(slot).name),
      ...(state.stageClocks?.[role.name] && { clocks: state.stageClocks[role.name] }),
    })),
    versions: { ...versions },
    clocks: state.clocks,
    rounds: roundsOf(state),
    deadline: new Date(expected).toISOString(),
  };
  const runJson = await carried.add(Buffer.from(used.run.write(run), "utf8"), { contract: refOf(used.run), now: clock.now() });
  return {
    is: "taken",
    given: [
      { name: used.run.file, contract: refOf(used.run), ...runJson },
      { name: used.brief.file, contract: refOf(used.brief), ...brief },
      ...texts,
    ],
    blobs: carried.blobs,
    sources: sources.map(({ raw, label, unreadable }) => ({ name: raw.name, label, ...(unreadable !== undefined && { unreadable }) })),
  };
}

/** Content of an extracted text in the run's version of its contract: the file itself where that is the current one. */
async function contentOf(
  { path, name, size, sha256 }: { path: string; name: string; size: number; sha256: string },
  { current, used, judge }: { current: AnyArtifact; used: AnyArtifact; judge: Judge },
) {
  if (used.version === current.version) return { bytes: { path }, expect: { sha256 } };
  const text = await judge.rewrite({ artifact: current, name, size, by: "main", read: () => readFile(path) }, used);
  if (!text.ok) throw new TasukiError("contract_violation", "An extracted text breaks its contract.", { unmet: text.unmet });
  return { bytes: Buffer.from(text.value, "utf8"), expect: {} };
}

async function extract({ extractor, pipeline, clock, logger }: IntakeDeps, attempt: Attempt): Promise<readonly ExtractedSource[]> {
  return extractor.extract(
    { folder: attempt.folder, attemptId: attempt.attemptId, pipeline },
    { clock, logger, signal: attempt.signal, progress: (note) => attempt.progress(note) },
  );
}

/** Source of a run; of its blocks the first, so that all sources together have at most `mostBlocks`. */
function toSource(
  raw: AttachmentRow,
  { extracted, blocks }: { readonly extracted: readonly ExtractedSource[]; readonly blocks: number },
): RunSource {
  const id = raw.name.split(".")[0] ?? raw.name;
  const found = extracted.find((source) => source.id === id);
  return {
    id,
    label: raw.label ?? raw.name,
    raw: { name: raw.name, sha256: raw.sha256, size: raw.size, mediaType: found?.mediaType ?? "application/octet-stream" },
    ...(found?.extractor !== undefined && { extractor: found.extractor }),
    ...(found?.text === undefined
      ? { unreadable: found?.unreadable ?? "the extractor gave no text for it, and no reason" }
      : {
          text: { ...found.text },
          ...(found.blocks !== undefined && { blocks: found.blocks.slice(0, blocks) }),
          ...(found.dropped !== undefined && { dropped: [...found.dropped] }),
          ...(found.guessed !== undefined && { guessed: [...found.guessed] }),
        }),
  };
}

function briefBlock(run: string, unmet: readonly Unmet[]): Block {
  return {
    kind: "intake",
    reason: `the brief can't be read: ${toReason(unmet)}`,
    needs: "another run, of a brief that keeps its contract, in place of this one",
    owner: "operator",
    clearsWith: `tasuki cancel ${run}`,
    unmet: [...unmet],
  };
}
