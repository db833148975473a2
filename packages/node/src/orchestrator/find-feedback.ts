import { type AnyArtifact, artifactOf, type Attachment, parseContractRef, type Pipeline, roleOf } from "@tasuki/protocol";
import type { Feedback, FlowState, StageFlow } from "@tasuki/flow";
import type { Store } from "@tasuki/store";
import type { Roster } from "@tasuki/bus";
import { isRead, readsOfNode } from "./node-reads.ts";
import { nodeOf } from "./placement.ts";

/** Requests that one decision may make of an author. */
const mostRequests = 16;

/**
 * Feedback in the outputs of a stage that sends its work back: its deciding files, the nearest stage before it whose role has them as feedback,
 * and what they ask for. Resolves with undefined where there is no such stage, or the node that the run stands on does not read them: an
 * earlier release has no place for them. The files are those that main's own check has passed.
 */
export async function findFeedback(
  { store, pipeline, roster }: { readonly store: Pick<Store, "blobs" | "peers">; readonly pipeline: Pipeline; readonly roster: Roster },
  state: FlowState,
  stage: string,
): Promise<Feedback | undefined> {
  const at = state.route.indexOf(stage);
  const decided = decidingFiles(pipeline, state.stages[at]);
  if (decided.length === 0) return undefined;
  const names = decided.map(({ artifact }) => artifact.name);
  const files = decided.map(({ file }) => file);
  const to = state.route
    .slice(0, at)
    .findLast((role) => names.every((name) => roleOf(pipeline, role)?.feedback?.some((one) => one.name === name)));
  const reads = to === undefined ? undefined : readsOfNode(await store.peers(), nodeOf(state, to, roster));
  if (to === undefined || !files.every(({ contract }) => isRead(contract, reads))) return undefined;
  const requests: string[] = [];
  for (const one of decided) requests.push(...(await requestsIn(one, store)));
  return { to, files, requests: requests.slice(0, mostRequests) };
}

interface DecidingFile {
  readonly file: Attachment;
  /** Contract of the file, in its version. */
  readonly artifact: AnyArtifact;
}

/** Files of a stage whose contracts decide where the work goes. */
function decidingFiles(pipeline: Pipeline, stage: StageFlow | undefined): readonly DecidingFile[] {
  const produced = stage === undefined ? [] : (roleOf(pipeline, stage.stage)?.produces ?? []).map(artifactOf);
  return (stage?.outputs ?? []).flatMap((file) => {
    const { name, version } = parseContractRef(file.contract);
    const artifact = produced.find((one) => one.name === name)?.at(version);
    return artifact?.decides === undefined ? [] : [{ file, artifact }];
  });
}

/** Requests that stand in a deciding file, where its contract says in which field. */
async function requestsIn({ file, artifact }: DecidingFile, { blobs }: Pick<Store, "blobs">): Promise<readonly string[]> {
  const field = artifact.decides?.requests;
  if (field === undefined) return [];
  const read = artifact.read((await blobs.read(file.sha256)).toString("utf8"), file.name);
  const found: unknown = read.ok ? Object(read.value)[field] : undefined;
  return Array.isArray(found) ? found.filter((one) => typeof one === "string" && one.trim() !== "") : [];
}
