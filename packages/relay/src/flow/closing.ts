import type { Clock, Pipeline } from "@tasuki/contracts";
import type { Store } from "@tasuki/store";
import { toBundle } from "./bundle.ts";
import { publish } from "./publish.ts";
import type { FlowState } from "./run-flow.ts";
import type { RunSteps } from "./run-steps.ts";
import { verify, type VerifyDeps } from "./verify.ts";

export interface ClosingDeps extends VerifyDeps {
  readonly store: Store;
  readonly steps: RunSteps;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
}

/** Every check over run.json, texts and all artifacts together; if they hold, the archive's manifest, whose digest every node is to sign. */
export async function closingCheck(deps: ClosingDeps, state: FlowState, signal: AbortSignal): Promise<void> {
  const { store, steps, clock } = deps;
  const unmet = await verify(deps, state, { stages: state.route, signal });
  const { manifest, digest } = toBundle(state, store);
  // The manifest is kept as a blob, so that the archive can be written, and written again, exactly as it was signed.
  if (unmet.length === 0) await publish(store, Buffer.from(manifest, "utf8"), { sha256: digest, now: clock.now() });
  await steps.apply({ facts: [{ run: state.id, event: { is: "closing-checked", epoch: state.epoch, unmet, bundle: digest } }] });
}
