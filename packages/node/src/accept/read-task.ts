import {
  FileName,
  mostAttachments,
  RunRequest,
  SteerRequest,
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
  /** Epoch of a run, where this node has it: 0 otherwise. */
  readonly epochOf: (run: string) => Promise<number>;
}

/** Task whose signature and schema hold. */
export interface IncomingTask {
  readonly payload: TaskPayload;
  /** SHA-256 of the payload's bytes as they came. */
  readonly digest: string;
  readonly signed: boolean;
}

/**
 * Reads a task: from a node, one that a pinned key says this node has signed; from a person or a script, a bare `run`, `nudge` or `cancel`, which is
 * filled in.
 * Rejects with `signature_invalid`, `name_invalid`, `malformed_message`.
 */
export async function readTask(
  { envelope, document, digest, isByHand }: TaskRequest,
  caller: Caller,
  { trust, roster, newId, epochOf }: ReadTaskDeps,
): Promise<IncomingTask> {
  const signed = envelope.signatures.length > 0;
  if (!signed) {
    const request = readBare(document, isByHand === true);
    const epoch = request.kind === "run" ? 0 : await epochOf(request.run);
    return { payload: toPayload(request, { from: caller.principal, id: request.id ?? newId(), epoch }), digest, signed };
  }
  const node = signerOf(document, caller, roster);
  if (node === undefined)
    throw new TasukiError("signature_invalid", `${caller.principal} has no node whose key could be pinned here; send a bare 'run' task.`);
  // The bytes that are verified are those that `document` was parsed from.
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

const bareKinds = ["run", "nudge", "cancel"] as const;

/** Reads a task that nobody signed. One that a person or a script wrote may have no field that nobody reads. */
function readBare(document: unknown, isByHand: boolean): RunRequest | SteerRequest {
  checkNames(document);
  const kind = bareKinds.find((one) => one === fieldOf(document, "kind"));
  if (kind === undefined)
    throw new TasukiError("signature_invalid", "Only a 'run', a 'nudge' or a 'cancel' may come without a signature, each to main.");
  const schema = kind === "run" ? RunRequest : SteerRequest;
  const request = schema.safeParse(document);
  if (!request.success) throw toInputError("malformed_message", { place: "task", error: request.error, value: document });
  const unmet = isByHand ? unknownKeys(schema, document, "task") : [];
  const [first] = unmet;
  if (first !== undefined)
    throw new TasukiError("malformed_message", `The task has a field that is not known here, ${first.path}: ${first.fix}.`, { unmet });
  return request.data;
}

/** The whole task that a request of a person or a script stands for. All of them are main's to take. */
function toPayload(
  request: RunRequest | SteerRequest,
  { from, id, epoch }: { readonly from: string; readonly id: string; readonly epoch: number },
): TaskPayload {
  const base = { v: 1, id, stage: "main", epoch, from, to: "main" } as const;
  if (request.kind !== "run") {
    const { kind, run, reason } = request;
    return { ...base, kind, run, attachments: [], ...(reason !== undefined && { reason }) };
  }
  const { brief, attachments, profile, clocks, rounds, retries, fails, deadline } = request;
  return {
    ...base,
    kind: "run",
    run: id,
    attachments,
    ...(brief !== undefined && { brief }),
    ...(profile !== undefined && { profile }),
    ...(clocks !== undefined && { clocks }),
    ...(rounds !== undefined && { rounds }),
    ...(retries !== undefined && { retries }),
    ...(fails !== undefined && { fails }),
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
