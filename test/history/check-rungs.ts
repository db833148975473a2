import { Rung } from "@tasuki/contracts";
import type { RecordedStatus, Violation } from "./history.ts";
import type { ReadHistory } from "./read-history.ts";

/** Where something is proven: the entry of a feed. */
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

function findProofs({ feeds, route }: ReadHistory): Proofs {
  const proofs = new Map<string, Proof[]>();
  const prove = (rung: string, about: { run: string; stage: string; epoch: number }, proof: Proof): void => {
    const key = keyOf(rung, about);
    proofs.set(key, [...(proofs.get(key) ?? []), proof]);
  };
  const producers = new Map<string, { run: string; stage: string; epoch: number }>();
  for (const { role, read } of feeds)
    for (const { own } of read) if (own?.says.state === "produced" && own.says.stage === role) producers.set(own.digest, own.says);

  for (const { role, instance, read } of feeds)
    for (const { own, tasks, index } of read) {
      const proof = { instance, index };
      for (const { payload } of tasks) {
        if (payload?.kind !== "work") continue;
        // Whoever holds a sender's signed task can show that it was sent.
        prove("dispatched", payload, proof);
        // The next holder's acceptance of a task that follows from a 'produced' is that stage's hand-off.
        const stage = payload.prev === undefined ? undefined : producers.get(payload.prev);
        const isNext = stage !== undefined && (route[route.indexOf(stage.stage) + 1] ?? "main") === role;
        if (isNext && own?.says.state === "accepted" && own.says.task === payload.id) prove("handed-off", stage, proof);
      }
      if (own === undefined) continue;
      const { state, stage } = own.says;
      if (stage === role && ["accepted", "started", "produced"].includes(state)) prove(state, own.says, proof);
      if (role === "main" && state === "verified") prove(state, own.says, proof);
    }
  return proofs;
}
