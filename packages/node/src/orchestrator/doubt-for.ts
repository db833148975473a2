import { artifactOf, isFileOf, type Pipeline, type ReceiptStatement, roleOf } from "@tasuki/protocol";
import { doubtOf, isOverTask, type KnownMessages } from "@tasuki/evidence";
import type { FlowState } from "@tasuki/flow";

interface Judged {
  readonly known: KnownMessages;
  readonly place: Pick<FlowState, "nodes" | "left">;
  readonly pipeline: Pipeline;
}

/** Reason why main does not count a receipt that it reads in a feed, for people; undefined where it counts. */
export function doubtFor(statement: ReceiptStatement, { known, place, pipeline }: Judged): string | undefined {
  if (isMainsOwnWord(statement)) return undefined;
  return doubtAboutPlace(statement, place) ?? doubtOf(statement, known) ?? doubtAboutFiles(statement, { known, pipeline });
}

/** True for a receipt of main that stands on main's own store. Only its acceptance of signed work is judged, for the hand-off that it proves. */
function isMainsOwnWord({ predicate }: ReceiptStatement): boolean {
  return predicate.role === "main" && (predicate.state !== "accepted" || predicate.epoch === 0);
}

/** Reason why a receipt of a role does not count: its run stands, and stood, on another node of that role. What a node that it has left says is about an earlier epoch. */
function doubtAboutPlace({ predicate: { role, node } }: ReceiptStatement, { nodes, left = [] }: Judged["place"]): string | undefined {
  const placed = role === "main" ? undefined : nodes[role];
  if (placed === undefined || placed === node || left.some((one) => one.role === role && one.node === node)) return undefined;
  return `its run stands on node '${placed}' of that role`;
}

/** Reason why a `produced` does not count: it is over a file that its stage does not produce. One that is over its task has no files. */
function doubtAboutFiles(statement: ReceiptStatement, { known, pipeline }: Omit<Judged, "place">): string | undefined {
  const { predicate, subject } = statement;
  const { state, stage } = predicate;
  if (state !== "produced" || isOverTask(statement, known)) return undefined;
  const artifacts = roleOf(pipeline, stage)?.produces.map(artifactOf) ?? [];
  const other = subject.find(({ name }) => !artifacts.some(({ versions }) => versions.some((one) => isFileOf(one, name))));
  return other && `'${other.name.slice(0, 200)}' is no file of stage '${stage}'`;
}
