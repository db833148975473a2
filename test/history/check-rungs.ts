import { verifyEnvelope } from "@tasuki/evidence";
import { Rung, taskPayloadType } from "@tasuki/protocol";
import type { RecordedStatus, Violation } from "./history.ts";
import type { ReadHistory, ReadReceipt, ReadTask } from "./read-history.ts";

/** Place of a proof: the entry of a feed. */
interface Proof {
  readonly instance: string;
  readonly index: number;
}
type Proofs = ReadonlyMap<string, readonly Proof[]>;

const keyOf = (rung: string, { run, stage, epoch }: { run: string; stage: string; epoch: number }): string =>
  [rung, run, stage, epoch].join(" ");

/** Every rung that main ever showed was proven then: by a receipt of whoever knows, in a feed. */
export function checkRungs(history: ReadHistory): readonly Violation[] {
  const proofs = findProofs(history);
  const known = new Set<string>();
  return history.statuses.flatMap(({ run, sizes }) =>
    run.stages.flatMap(({ stage, epoch, rung }) => {
      const about = { run: run.id, stage, epoch };
      // A rung that was proven once is proven for ever: feeds only grow.
      if (rung === "waiting" || known.has(keyOf(rung, about))) return [];
      const lacking = Rung.options
        .slice(1, Rung.options.indexOf(rung) + 1)
        .filter((one) => !isProven(proofs.get(keyOf(one, about)), sizes));
      if (lacking.length === 0) known.add(keyOf(rung, about));
      return lacking.map((one) => ({
        guarantee: "R3.proven",
        what: `main showed ${stage} of run ${run.id} as '${rung}' at epoch ${epoch}, and nothing proves '${one}'`,
      }));
    }),
  );
}

function isProven(proofs: readonly Proof[] | undefined, sizes: RecordedStatus["sizes"]): boolean {
  return (
    proofs?.some(({ instance, index }) => index < (sizes === undefined ? Number.MAX_SAFE_INTEGER : (sizes.get(instance) ?? 0))) ?? false
  );
}

/** Proofs that no node can make alone: an acceptance counts with the task that its sender signed, and a later receipt after that acceptance. */
function findProofs({ proving, route, trust }: ReadHistory): Proofs {
  const proofs = new Map<string, Proof[]>();
  const prove = (rung: string, about: { run: string; stage: string; epoch: number }, proof: Proof): void => {
    const key = keyOf(rung, about);
    proofs.set(key, [...(proofs.get(key) ?? []), proof]);
  };
  const producers = new Map<string, { run: string; stage: string; epoch: number }>();
  for (const { role, read } of proving)
    for (const { own } of read) if (own?.says.state === "produced" && own.says.stage === role) producers.set(own.digest, own.says);

  for (const { role, instance, read } of proving) {
    const taken = new Set<string>();
    for (const entry of read) {
      const { tasks, index } = entry;
      const { own } = entry;
      const proof = { instance, index };
      for (const task of tasks) {
        const { payload } = task;
        if (payload?.kind !== "work" || !isSent(task, { proving, route, trust })) continue;
        // A node that holds a sender's signed task can show that it was sent.
        prove("dispatched", payload, proof);
        if (own === undefined || !isTaken(own, task)) continue;
        taken.add(payload.id);
        // The next holder's acceptance of a task that follows from a 'produced' is that stage's hand-off.
        const stage = payload.prev === undefined ? undefined : producers.get(payload.prev);
        const isNext = stage !== undefined && (route[route.indexOf(stage.stage) + 1] ?? "main") === role;
        if (isNext) prove("handed-off", stage, proof);
      }
      if (own === undefined) continue;
      const { state, stage, task } = own.says;
      if (stage === role && taken.has(task) && ["accepted", "started", "produced"].includes(state)) prove(state, own.says, proof);
      if (role === "main" && state === "verified") prove(state, own.says, proof);
    }
  }
  return proofs;
}

/** True for work that its sender's node has signed, which is main or the role before its receiver. */
function isSent({ payload, envelope }: ReadTask, { proving, route, trust }: Pick<ReadHistory, "proving" | "route" | "trust">): boolean {
  if (payload === undefined) return false;
  const before = payload.to === "main" ? route.at(-1) : route[route.indexOf(payload.to) - 1];
  if (payload.from !== "main" && payload.from !== before) return false;
  const senders = new Set(proving.filter(({ role }) => role === payload.from).map(({ node }) => node));
  return [...senders].some((node) => {
    try {
      return verifyEnvelope(envelope, { trust, node, payloadType: taskPayloadType }).length > 0;
    } catch {
      return false;
    }
  });
}

/** True for a receipt which says that this very task was accepted, with all its files and no other. */
function isTaken({ says, statement }: ReadReceipt, { payload, digest }: ReadTask): boolean {
  if (payload === undefined || says.state !== "accepted" || says.prev !== digest) return false;
  const { id, run, stage, epoch, attachments } = payload;
  const files = (all: readonly { name: string; sha256: string }[]) =>
    JSON.stringify(all.map(({ name, sha256 }) => `${name} ${sha256}`).sort());
  const isOver = files(attachments) === files(statement.subject.map(({ name, digest: { sha256 } }) => ({ name, sha256 })));
  return isOver && says.task === id && says.run === run && says.stage === stage && says.epoch === epoch;
}
