import { type Attachment, carriedTo, type Clock, notes, parseContractRef, type Pipeline, type TaskPayload } from "@tasuki/protocol";
import type { Notary, SignedTask } from "@tasuki/evidence";
import type { Claimed } from "@tasuki/store";

/** Hand-off that follows from the `produced` of this digest. The same digest gives the same bytes. */
export type HandOff = (receiptDigest: string) => SignedTask;

/** Hand-off of a stage's result to the next role, with every file that this role, or a later one, consumes, and with the notes where some are `toldOn`. */
export function createHandOff(
  { notary, pipeline, clock, newId }: { notary: Notary; pipeline: Pipeline; clock: Pick<Clock, "now">; newId: () => string },
  {
    claimed,
    outputs,
    next,
    toldOn,
    scheduleToClose,
  }: { claimed: Claimed; outputs: readonly Attachment[]; next: string; toldOn: boolean; scheduleToClose: number },
): HandOff {
  const { row, inputs } = claimed;
  const now = clock.now();
  const { nodes, grant } = row.payload;
  const carried = new Set([...carriedTo(pipeline, next), ...(toldOn ? [notes] : [])].map(({ name }) => name));
  const attachments = [...inputs, ...outputs]
    .filter(({ contract }) => carried.has(parseContractRef(contract).name))
    .map(({ name, contract, size, sha256, label }): Attachment => ({
      name,
      contract,
      size,
      sha256,
      ...(label !== undefined && { label }),
    }));
  const base: TaskPayload = {
    v: 1,
    id: newId(),
    kind: "work",
    run: row.payload.run,
    stage: next,
    epoch: row.payload.epoch,
    from: row.payload.to,
    fromNode: notary.node,
    to: next,
    ...(nodes !== undefined && { nodes }),
    ...(grant !== undefined && { grant }),
    attachments,
    deadline: new Date(now + scheduleToClose).toISOString(),
  };
  return (prev) => {
    const payload = { ...base, prev };
    return {
      id: payload.id,
      to: next,
      ...(nodes?.[next] !== undefined && { node: nodes[next] }),
      run: payload.run,
      payload,
      envelope: notary.task(payload).envelope,
      carries: row.id,
      createdAt: now,
    };
  };
}
