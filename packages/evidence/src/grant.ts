import {
  type Envelope,
  Grant,
  grantPayloadType,
  isTasukiError,
  parseContractRef,
  parseMessage,
  type TaskPayload,
  TasukiError,
} from "@tasuki/protocol";
import { payloadOf, verifyEnvelopeAside } from "./envelope.ts";
import type { Trust } from "./trust.ts";

/** Grant in a task that main itself has signed: its words are main's, whoever signed them once more. Throws `malformed_message`. */
export function grantInMainsTask(envelope: Envelope): Grant {
  return parseMessage(payloadOf(envelope), Grant, "grant");
}

/** Reads main's word out of an envelope. `nodes` are main's names. Rejects with `signature_invalid`, `malformed_message`. */
export async function readGrant(
  envelope: Envelope,
  { trust, nodes }: { readonly trust: Trust; readonly nodes: readonly string[] },
): Promise<Grant> {
  for (const node of nodes) {
    const bytes = await verifyEnvelopeAside(envelope, { trust, node, payloadType: grantPayloadType }).catch((error: unknown) => {
      if (isTasukiError(error) && error.code === "signature_invalid") return undefined;
      throw error;
    });
    if (bytes !== undefined) return parseMessage(bytes, Grant, "grant");
  }
  throw new TasukiError("signature_invalid", `The grant of the task is not main's: no pinned key of ${nodes.join(", ")} signed it.`);
}

/**
 * The reason why a grant is no word of main's for this task, for people; undefined where it is. A grant is for one run at one epoch, over the very
 * `run.json` and the very nodes that main has placed the run on, the sender among them: one of another run, or of an earlier epoch, grants nothing.
 */
export function doubtAboutGrant({ run, epoch, plan, nodes }: Grant, task: TaskPayload): string | undefined {
  if (run !== task.run) return `it is for run ${run}`;
  if (epoch !== task.epoch) return `it is for epoch ${epoch}`;
  const held = task.attachments.find(({ contract }) => parseContractRef(contract).name === "run");
  if (held?.sha256 !== plan) return "it is for another run.json";
  if (!isSame(nodes, task.nodes)) return "it places the run on other nodes";
  const placed = nodes?.[task.from];
  return placed === undefined || placed === task.fromNode ? undefined : `it places ${task.from} on node '${placed}'`;
}

type Nodes = TaskPayload["nodes"];

function isSame(one: Nodes = {}, other: Nodes = {}): boolean {
  const roles = Object.keys(one);
  return roles.length === Object.keys(other).length && roles.every((role) => Object.hasOwn(other, role) && one[role] === other[role]);
}
