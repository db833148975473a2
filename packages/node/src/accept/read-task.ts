import {
  FileName,
  mostAttachments,
  RunRequest,
  TaskPayload,
  taskPayloadType,
  TasukiError,
  toInputError,
  unknownKeys,
  type Unmet,
} from "@tasuki/protocol";
import { type Trust, verifyEnvelopeAside } from "@tasuki/evidence";
import { type Caller, nodesOfRole, roleOfNode, type Roster, type TaskRequest } from "@tasuki/bus";

export interface ReadTaskDeps {
  readonly trust: Trust;
  readonly roster: Roster;
  readonly newId: () => string;
}

/** Task whose signature and schema hold. */
export interface IncomingTask {
  readonly payload: TaskPayload;
  /** SHA-256 of the payload's bytes as they came. */
  readonly digest: string;
  readonly signed: boolean;
}

/**
 * Reads a task: from a node, one that a pinned key says this node has signed; from a person or a script, a bare `run`, which is filled in.
 * Rejects with `signature_invalid`, `name_invalid`, `malformed_message`.
 */
export async function readTask(
  { envelope, document, digest, isByHand }: TaskRequest,
  caller: Caller,
  { trust, roster, newId }: ReadTaskDeps,
): Promise<IncomingTask> {
  const signed = envelope.signatures.length > 0;
  if (!signed) return { payload: readRun(document, { caller, newId, isByHand: isByHand === true }), digest, signed };
  const node = signerOf(document, caller, roster);
  if (node === undefined)
    throw new TasukiError("signature_invalid", `${caller.principal} has no node whose key could be pinned here; send a bare 'run' task.`);
  // What is verified are the bytes that `document` was parsed from.
  await verifyEnvelopeAside(envelope, { trust, node, payloadType: taskPayloadType });
  checkNames(document);
  const task = TaskPayload.safeParse(document);
  if (!task.success) throw toInputError("malformed_message", { place: "task", error: task.error, value: document });
  return { payload: task.data, digest, signed };
}

/** Node whose key must have signed: one of the role that the task is from. Nodes that share a machine share its identity, and only their keys tell them apart. */
function signerOf(document: unknown, { nodes, roles }: Caller, roster: Roster): string | undefined {
  // A machine that no entry leads to may still have a node of its role: whose key it has tells. Where the roster has none, it is named as the role.
  const listed = (role: string): readonly string[] => (nodesOfRole(roster, role).length > 0 ? nodesOfRole(roster, role) : [role]);
  const may = nodes.length > 0 ? nodes : roles.flatMap(listed);
  const [from, fromNode] = may.length > 1 ? [fieldOf(document, "from"), fieldOf(document, "fromNode")] : [];
  const ofRole = may.filter((node) => (roleOfNode(roster, node) ?? node) === from);
  return ofRole.find((node) => node === fromNode) ?? ofRole[0] ?? may[0];
}

function readRun(
  document: unknown,
  { caller: { principal }, newId, isByHand }: { caller: Caller; newId: () => string; isByHand: boolean },
): TaskPayload {
  checkNames(document);
  const request = RunRequest.safeParse(document);
  if (!request.success) {
    if (fieldOf(document, "kind") !== "run") throw new TasukiError("signature_invalid", "Only a 'run' task may come without a signature.");
    throw toInputError("malformed_message", { place: "task", error: request.error, value: document });
  }
  const unmet = isByHand ? unknownKeys(RunRequest, document, "task") : [];
  const [first] = unmet;
  if (first !== undefined)
    throw new TasukiError("malformed_message", `The task has a field that is not known here, ${first.path}: ${first.fix}.`, { unmet });
  const { id = newId(), brief, attachments, profile, clocks, rounds, deadline } = request.data;
  return {
    v: 1,
    id,
    kind: "run",
    run: id,
    stage: "main",
    epoch: 0,
    from: principal,
    to: "main",
    attachments,
    ...(brief !== undefined && { brief }),
    ...(profile !== undefined && { profile }),
    ...(clocks !== undefined && { clocks }),
    ...(rounds !== undefined && { rounds }),
    ...(deadline !== undefined && { deadline }),
  };
}

/**
 * Checks the names of attachments before anything else: they are part of the contract, and have an error code of their own, `name_invalid`.
 * Their number comes before all of them. What else there is in their place is for the schema of the task.
 */
function checkNames(document: unknown): void {
  const listed = fieldOf(document, "attachments");
  const attachments: readonly unknown[] = Array.isArray(listed) ? listed : [];
  if (attachments.length > mostAttachments)
    throw new TasukiError("malformed_message", `A task has at most ${mostAttachments} attachments; this one has ${attachments.length}.`);
  const names = attachments.map((one) => fieldOf(one, "name"));
  if (!names.every((name) => typeof name === "string")) return;
  const unmet = names.flatMap((name, at): Unmet[] => {
    const rule = FileName.safeParse(name);
    if (rule.success) return [];
    const shown = name.slice(0, 200);
    const expected = rule.error.issues[0]?.message ?? "a file name";
    return [
      {
        file: shown,
        path: `attachments.${at}.name`,
        expected,
        got: JSON.stringify(shown),
        fix: "give the file a name that keeps the rule",
      },
    ];
  });
  const [first] = unmet;
  if (first !== undefined) throw new TasukiError("name_invalid", `${first.got} is no file name: ${first.expected}.`, { unmet });
}

/** Field of a value that a message holds, of any type; undefined where the value is no object that has it. */
function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
