import { type Clock, type Envelope, type Pipeline, sha256Of } from "@tasuki/protocol";
import { claimedReceipt, payloadDigest, toManifest } from "@tasuki/evidence";
import { publish, type Store } from "@tasuki/store";
import type { FlowState } from "@tasuki/flow";
import type { RunSteps } from "./run-steps.ts";
import { verify, type VerifyDeps } from "./verify.ts";

export interface ClosingDeps extends VerifyDeps {
  readonly store: Store;
  readonly steps: RunSteps;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
}

/** Closing check of a run: every check over run.json, texts and all artifacts together. If they hold, each node is to sign the bundle's digest. */
export async function closingCheck(deps: ClosingDeps, state: FlowState, signal: AbortSignal): Promise<void> {
  const { store, steps, clock } = deps;
  const unmet = await verify(deps, state, { stages: state.route, signal });
  const { envelopes } = await store.evidenceOf(state.id);
  const { manifest, digest } = toBundle(state, new Map(envelopes.map((envelope) => [payloadDigest(envelope), envelope])));
  // The manifest is kept as a blob, so that the archive can be written, and written again, exactly as it was signed.
  if (unmet.length === 0) await publish(store, Buffer.from(manifest, "utf8"), { sha256: digest, now: clock.now() });
  await steps.apply({ facts: [{ run: state.id, event: { is: "closing-checked", epoch: state.epoch, unmet, bundle: digest } }] });
}

/** Bundle of a run: the manifest over its files and over the receipts and tasks that prove its stages. A state always gives the same text. */
function toBundle(
  state: FlowState,
  kept: ReadonlyMap<string, Envelope>,
): {
  /** Text of `manifest-sha256.txt`. */
  readonly manifest: string;
  /** SHA-256 of that text. */
  readonly digest: string;
} {
  const files = [...state.given, ...state.stages.flatMap((stage) => stage.outputs)].map(({ name, sha256 }) => ({ path: name, sha256 }));
  const receipts = state.stages.flatMap((stage) => stage.receipts);
  const evidence = new Set([...receipts, ...receipts.flatMap((digest) => taskBehind(kept, digest) ?? [])]);
  const manifest = toManifest([...files, ...[...evidence].map((sha256) => ({ path: `evidence/${sha256}.json`, sha256 }))]);
  return { manifest, digest: sha256Of(manifest) };
}

/** Digest of the task that an `accepted` answers: the signed other half of a hand-off. */
function taskBehind(kept: ReadonlyMap<string, Envelope>, receipt: string): string | undefined {
  const envelope = kept.get(receipt);
  const { prev, state } = (envelope && claimedReceipt(envelope)?.predicate) ?? {};
  return state === "accepted" && prev !== undefined && kept.has(prev) ? prev : undefined;
}
