import { createHash } from "node:crypto";
import { ReceiptStatement } from "@tasuki/contracts";
import { payloadOf, toManifest } from "@tasuki/evidence";
import type { Store } from "@tasuki/store";
import type { FlowState } from "./run-flow.ts";

/** What a run's archive holds, and the digest that every node signs. */
export interface Bundle {
  /** The text of `manifest-sha256.txt`. */
  readonly manifest: string;
  /** SHA-256 of that text. */
  readonly digest: string;
}

/** The manifest over the run's files and over the receipts and tasks that its stages stand on. The same state gives the same text. */
export function toBundle(state: FlowState, store: Pick<Store, "envelope">): Bundle {
  const files = [...state.given, ...state.stages.flatMap((stage) => stage.outputs)].map(({ name, sha256 }) => ({ path: name, sha256 }));
  const receipts = state.stages.flatMap((stage) => stage.receipts);
  const evidence = new Set([...receipts, ...receipts.flatMap((digest) => taskBehind(store, state.id, digest) ?? [])]);
  const manifest = toManifest([...files, ...[...evidence].map((sha256) => ({ path: `evidence/${sha256}.json`, sha256 }))]);
  return { manifest, digest: createHash("sha256").update(manifest, "utf8").digest("hex") };
}

/** The task that a first receipt answers: the signed other half of a hand-off. */
function taskBehind(store: Pick<Store, "envelope">, run: string, receipt: string): string | undefined {
  const envelope = store.envelope(run, receipt);
  if (envelope === undefined) return undefined;
  const { prev, state } = ReceiptStatement.parse(JSON.parse(payloadOf(envelope).toString("utf8"))).predicate;
  return state === "accepted" && prev !== undefined && store.envelope(run, prev) !== undefined ? prev : undefined;
}
