import { artifactOf, type Attachment, isFileOf, parseContractRef, type Pipeline, roleOf } from "@tasuki/protocol";
import type { Feedback, FlowState } from "@tasuki/flow";
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
  const deciding = (roleOf(pipeline, stage)?.produces ?? []).map(artifactOf).filter(({ decides }) => decides !== undefined);
  const outputs = state.stages[at]?.outputs ?? [];
  const files = outputs.filter(({ name }) => deciding.some(({ versions }) => versions.some((one) => isFileOf(one, name))));
  if (files.length === 0) return undefined;
  const names = files.map(({ contract }) => parseContractRef(contract).name);
  const to = state.route
    .slice(0, at)
    .findLast((role) => names.every((name) => roleOf(pipeline, role)?.feedback?.some((one) => one.name === name)));
  const reads = to === undefined ? undefined : readsOfNode(await store.peers(), nodeOf(state, to, roster));
  if (to === undefined || !files.every(({ contract }) => isRead(contract, reads))) return undefined;
  const requests: string[] = [];
  for (const file of files) requests.push(...(await requestsIn(file, { store, pipeline, stage })));
  return { to, files, requests: requests.slice(0, mostRequests) };
}

async function requestsIn(
  { sha256, contract, name }: Attachment,
  { store, pipeline, stage }: { readonly store: Pick<Store, "blobs">; readonly pipeline: Pipeline; readonly stage: string },
): Promise<readonly string[]> {
  const ref = parseContractRef(contract);
  const artifact = roleOf(pipeline, stage)
    ?.produces.map(artifactOf)
    .find((one) => one.name === ref.name);
  const field = artifact?.decides?.requests;
  if (artifact === undefined || field === undefined) return [];
  const read = artifact.at(ref.version)?.read((await store.blobs.read(sha256)).toString("utf8"), name);
  const found: unknown = read?.ok === true ? Object(read.value)[field] : undefined;
  return Array.isArray(found) ? found.filter((one) => typeof one === "string" && one.trim() !== "") : [];
}
