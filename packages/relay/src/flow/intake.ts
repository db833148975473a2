import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Attachment,
  artifactOf,
  type Block,
  type Clock,
  type ExtractedSource,
  type Extractor,
  type Logger,
  parseContractRef,
  type Pipeline,
  refOf,
  type Unmet,
} from "@tasuki/contracts";
import { brief as briefArtifact } from "@tasuki/contracts/artifacts/brief";
import { run as runArtifact, type Run, type RunSource } from "@tasuki/contracts/artifacts/run";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import type { AttachmentRow, Claimed, Store } from "@tasuki/store";
import type { Attempt } from "../consumer/worker.ts";
import { publish } from "./publish.ts";
import type { FlowState } from "./run-flow.ts";
import { toReason } from "./stage-block.ts";

export interface IntakeDeps {
  readonly store: Store;
  readonly extractor: Extractor;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a run begins with, published; or why it can't begin. */
export type TakenIn =
  | { readonly is: "taken"; readonly given: readonly Attachment[]; readonly sources: FlowState["sources"]; readonly deadline: number }
  | { readonly is: "refused"; readonly block: Block };

/** Reads brief and sources from the attempt's `in/`, extracts the texts, writes run.json. An unreadable source is recorded, and becomes a declared gap. */
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
  const refs = (artifact: { readonly name: string; readonly version: number }): string =>
    refOf({ name: artifact.name, version: versions[artifact.name] ?? artifact.version });

  const text = await readBrief(payload.brief, attempt.folder);
  const parsed = "unmet" in text ? { ok: false as const, unmet: [text.unmet] } : briefArtifact.parse(text.brief);
  if (!parsed.ok || "unmet" in text) return { is: "refused", block: briefBlock(parsed.ok ? [] : parsed.unmet) };
  const brief = await publish(store, Buffer.from(text.brief, "utf8"), { contract: refs(briefArtifact), now: clock.now() });

  const raws = claimed.inputs.filter((input) => parseContractRef(input.contract).name !== briefArtifact.name);
  const extracted = raws.length === 0 ? [] : await extract(deps, attempt);
  const sources: RunSource[] = [];
  const texts: Attachment[] = [];
  for (const raw of raws) {
    const source = toSource(raw, extracted);
    sources.push(source);
    if (source.text === undefined) continue;
    const { name, sha256, size } = source.text;
    const contract = refs(sourceText);
    await publish(store, { path: join(attempt.folder, "out", name) }, { sha256, contract, now: clock.now() });
    texts.push({ name, contract, size, sha256, label: source.label });
    attempt.progress(`${name} is published`);
  }

  const deadline = payload.deadline === undefined ? state.deadline : Date.parse(payload.deadline);
  const run: Run = {
    contract: refs(runArtifact),
    run: payload.run,
    brief: brief.sha256,
    profile: payload.profile ?? "cited",
    sources,
    route: pipeline.roles.map((role) => ({
      role: role.name,
      consumes: role.consumes.map((slot) => artifactOf(slot).name),
      produces: role.produces.map((slot) => artifactOf(slot).name),
    })),
    versions: { ...versions },
    clocks: state.clocks,
    deadline: new Date(deadline).toISOString(),
  };
  const written = await publish(store, Buffer.from(runArtifact.format(run), "utf8"), { contract: refs(runArtifact), now: clock.now() });
  return {
    is: "taken",
    given: [
      { name: runArtifact.file, contract: refs(runArtifact), ...written },
      { name: briefArtifact.file, contract: refs(briefArtifact), ...brief },
      ...texts,
    ],
    sources: sources.map(({ raw, label, unreadable }) => ({ name: raw.name, label, ...(unreadable !== undefined && { unreadable }) })),
    deadline,
  };
}

async function extract({ extractor, clock, logger }: IntakeDeps, attempt: Attempt): Promise<readonly ExtractedSource[]> {
  return extractor.extract(
    { folder: attempt.folder, attemptId: attempt.attemptId },
    { clock, logger, signal: attempt.signal, progress: (note) => attempt.progress(note) },
  );
}

function toSource(raw: AttachmentRow, extracted: readonly ExtractedSource[]): RunSource {
  const id = raw.name.split(".")[0] ?? raw.name;
  const found = extracted.find((source) => source.id === id);
  return {
    id,
    label: raw.label ?? raw.name,
    raw: { name: raw.name, sha256: raw.sha256, size: raw.size, mediaType: found?.mediaType ?? "application/octet-stream" },
    ...(found?.extractor !== undefined && { extractor: found.extractor }),
    ...(found?.text === undefined
      ? { unreadable: found?.unreadable ?? "the extractor gave no text for it, and no reason" }
      : { text: { ...found.text } }),
  };
}

async function readBrief(inline: string | undefined, folder: string): Promise<{ readonly brief: string } | { readonly unmet: Unmet }> {
  if (inline !== undefined) return { brief: inline };
  const bytes = await readFile(join(folder, "in", briefArtifact.file)).catch(() => undefined);
  const file = briefArtifact.file;
  if (bytes === undefined)
    return {
      unmet: { file, expected: "the brief, inline or attached", got: "no brief", fix: `attach ${file}, or give 'brief' in the task` },
    };
  try {
    return { brief: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return {
      unmet: { file, expected: "UTF-8 text", got: "bytes that are not UTF-8", fix: "save the brief as UTF-8 and start the run again" },
    };
  }
}

function briefBlock(unmet: readonly Unmet[]): Block {
  return {
    reason: `the brief can't be read: ${toReason(unmet)}`,
    needs: "a run with a brief that keeps its contract",
    owner: "operator",
    clearsWith: "tasuki run with the mended brief (and tasuki cancel this run)",
    unmet: [...unmet],
  };
}
