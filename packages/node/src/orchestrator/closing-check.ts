import { type Clock, type Envelope, type Pipeline, sha256Of, type Unmet } from "@tasuki/protocol";
import { claimedReceipt, payloadDigest, toManifest } from "@tasuki/evidence";
import { carryInto, type Store } from "@tasuki/store";
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
  const { envelopes } = await store.evidenceOf(state.id);
  const { manifest, digest, lacking } = toBundle(state, new Map(envelopes.map((envelope) => [payloadDigest(envelope), envelope])));
  const unmet = [...(await verify(deps, state, { stages: state.route, signal })), ...lacking];
  // The manifest is kept as a blob, so that the archive can be written, and written again, exactly as it was signed.
  const carried = carryInto(store);
  if (unmet.length === 0) await carried.add(Buffer.from(manifest, "utf8"), { sha256: digest, now: clock.now() });
  const event = { is: "closing-checked" as const, epoch: state.epoch, unmet, bundle: digest };
  await steps.apply({ facts: [{ run: state.id, event }], blobs: carried.blobs });
}

/**
 * Bundle of a run: the manifest over its files and over the receipts and tasks that prove its stages. A state always gives the same text.
 * A proof that main does not hold is `lacking`: the bundle is not to be signed without it.
 */
function toBundle(
  state: FlowState,
  kept: ReadonlyMap<string, Envelope>,
): {
  /** Text of `manifest-sha256.txt`. */
  readonly manifest: string;
  /** SHA-256 of that text. */
  readonly digest: string;
  readonly lacking: readonly Unmet[];
} {
  const rounds = state.sentBack ?? [];
  const files = [
    ...[...state.given, ...state.stages.flatMap((stage) => stage.outputs)].map(({ name, sha256 }) => ({ path: name, sha256 })),
    ...rounds.flatMap(({ stages }, at) =>
      stages.flatMap(({ outputs }) => outputs.map(({ name, sha256 }) => ({ path: `rounds/${at + 1}/${name}`, sha256 }))),
    ),
  ];
  const proofs = [...rounds.flatMap((round) => round.stages), ...state.stages].flatMap(({ stage, receipts }) =>
    receipts.map((digest) => ({ stage, digest })),
  );
  const tasks = proofs.flatMap(({ stage, digest }) => taskBehind(kept, digest).map((task) => ({ stage, digest: task })));
  const evidence = new Map([...proofs, ...tasks].map(({ stage, digest }) => [digest, stage]));
  const manifest = toManifest([...files, ...[...evidence.keys()].map((sha256) => ({ path: `evidence/${sha256}.json`, sha256 }))]);
  const lacking = [...evidence].flatMap(([sha256, stage]): Unmet[] =>
    kept.has(sha256)
      ? []
      : [
          {
            file: `evidence/${sha256}.json`,
            expected: `the message that proves a rung of ${stage}`,
            got: "nothing",
            fix: `do ${stage} again: tasuki retry ${state.id} --from ${stage}`,
          },
        ],
  );
  return { manifest, digest: sha256Of(manifest), lacking };
}

/** Digest of the task that an `accepted` answers: the signed other half of a hand-off. */
function taskBehind(kept: ReadonlyMap<string, Envelope>, receipt: string): readonly string[] {
  const envelope = kept.get(receipt);
  const { prev, state } = (envelope && claimedReceipt(envelope)?.predicate) ?? {};
  return state === "accepted" && prev !== undefined ? [prev] : [];
}
