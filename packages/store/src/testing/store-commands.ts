import type { TaskKind } from "@tasuki/protocol";
import * as fc from "fast-check";
import type { Store } from "../port/store.ts";
import { eventOf, handOffOf, id, nothing, payloadOf, producedOf, receiptOf, requestOf, runOf } from "./fixtures.ts";
import type { Model, ModelCompletion, ModelSettlement } from "./store-model.ts";

/** An operation with its arguments: the answer of a model, which it changes, and the call that must give the same. */
interface Planned {
  readonly expect: (model: Model) => unknown;
  readonly call: (store: Store) => Promise<unknown>;
}

/** An operation whose arguments depend on what is there. */
export type Operation = (model: Model, now: number) => Planned;

/** The runs that all operations are about. */
export const runs = [id(1, 1), id(2, 1)];
const leaseMs = 100;
const queueLimit = 2;
const block = { reason: "failed", needs: "a look", owner: "operator", clearsWith: "tasuki retry" };
const pick = <One>(all: readonly One[], n: number): One | undefined => all[n % Math.max(1, all.length)];
const some = fc.nat(20);
/** The number of an id. */
const numberOf = (of: string): number => Number.parseInt(of.slice(-12), 16);

const accept = fc
  .record({
    n: fc.integer({ min: 1, max: 12 }),
    kind: fc.constantFrom<TaskKind[]>("work", "work", "work", "cancel", "nudge", "close"),
    run: fc.constantFrom(...runs),
    stage: fc.constantFrom("finder", "judge"),
    epoch: fc.integer({ min: 1, max: 3 }),
    sender: fc.constantFrom("main", "finder-1", "finder-2"),
    given: fc.constantFrom("granted" as const, "unproven" as const, undefined),
  })
  .map(({ n, sender, given, ...rest }): Operation => () => {
    const payload = payloadOf({ id: id(n), from: sender === "main" ? "main" : "finder", ...rest });
    const proof = given !== undefined && sender !== "main" && rest.kind === "work" ? { proof: given } : {};
    const request = requestOf(payload, { from: sender, queueLimit, ...proof });
    return {
      expect: (model) => model.accept(payload, request.digest, { sender, limit: queueLimit, ...proof }),
      call: async (store) => (await store.accept(request, receiptOf("accepted", payload.id))).is,
    };
  });

const claim = fc.constant<Operation>((_, now) => ({
  expect: (model) => model.claim(now, leaseMs),
  call: async (store) => {
    const claimed = await store.claim({ now, leaseMs }, (row) => receiptOf("started", row.id));
    return claimed && { task: claimed.task, attempt: claimed.attempt };
  },
}));

/** A lease of any attempt that ever was, newest or older. */
const lease = fc.record({ at: some, older: fc.constantFrom(0, 0, 0, 1) });
const leaseIn = (model: Model, { at, older }: { at: number; older: number }) => {
  const found = pick(model.leases(), at) ?? { task: id(99), attempt: 1 };
  return { ...found, attempt: found.attempt - older };
};

const renew = lease.map((which): Operation => (model, now) => {
  const held = leaseIn(model, which);
  return { expect: (own) => own.renew(held, now + leaseMs), call: (store) => store.renew(held, now + leaseMs) };
});

const complete = fc
  .record({
    which: lease,
    how: fc.constantFrom<ModelCompletion[]>("produced", "produced", "produced without hand-off", "done", "blocked", "again"),
  })
  .map(({ which, how }): Operation => (model, now) => {
    const held = leaseIn(model, which);
    // An attempt hands on once, so that the id is free in whatever order operations of a turn are performed.
    const handOff = id(numberOf(held.task) * 1_000 + held.attempt, 3);
    const run = model.runOf(held.task) ?? id(1, 1);
    const epoch = model.epochOf(held.task) ?? 1;
    const notBefore = now + leaseMs / 2;
    const row = handOffOf(handOff, { carries: held.task, run, payload: payloadOf({ id: handOff, run, epoch, stage: "judge" }) });
    const seal = receiptOf(how, held.task);
    return {
      expect: (own) => own.complete(held, how, { handOff: { id: handOff, run, epoch }, notBefore }),
      call: (store) => {
        switch (how) {
          case "produced":
            return store.complete(held, { state: "produced", outputs: [] }, () => producedOf(held.task, row));
          case "produced without hand-off":
            return store.complete(held, { state: "produced", outputs: [] }, () => seal);
          case "done":
            return store.complete(held, { state: "done", outputs: [] }, () => seal);
          case "blocked":
            return store.complete(held, { state: "blocked", block }, () => seal);
          case "again":
            return store.complete(held, { state: "again", notBefore }, undefined);
        }
      },
    };
  });

const settle = fc
  .record({ at: some, to: fc.constantFrom<ModelSettlement[]>("done", "superseded", "blocked", "pending") })
  .map(({ at, to }): Operation => (model, now) => {
    const row = pick(model.rows(), at) ?? id(98);
    return {
      expect: (own) => own.settle(row, to),
      call: (store) => {
        switch (to) {
          case "done":
            return store.settle(row, { state: "done", receipt: handOffOf(row).envelope }, () => eventOf("delivered"));
          case "superseded":
            return store.settle(row, { state: "superseded", last: "409" }, () => eventOf("superseded"));
          case "blocked":
            return store.settle(row, { state: "blocked", last: "403", block }, () => eventOf("refused"));
          case "pending":
            return store.settle(row, { state: "pending", last: "503", nextAt: now + leaseMs }, undefined);
        }
      },
    };
  });

const retry = some.map((at): Operation => (model) => {
  const task = pick(model.tasks(), at) ?? id(97);
  return { expect: (own) => own.retry(task), call: (store) => store.retry(task, eventOf("retried")) };
});

const expire = fc.constant<Operation>((_, now) => ({
  expect: (model) => model.expire(now).sort(),
  call: async (store) => [...(await store.expireLeases(now))].sort(),
}));

/** A step of a run in the version that is there, or in an older one. */
const step = fc.record({ run: fc.constantFrom(...runs), older: fc.constantFrom(0, 0, 1) }).map(({ run, older }): Operation => (model) => {
  const version = Math.max(0, model.version(run) - older);
  // The epoch of a run is that of its tasks, as the model counts it.
  const row = runOf(run, { version, epoch: 0 });
  return {
    expect: (own) => own.step(run, version),
    call: (store) => store.change({ ...nothing, runs: [row], events: [eventOf("stepped")] }),
  };
});

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: accept },
  { weight: 3, arbitrary: claim },
  { weight: 3, arbitrary: complete },
  { weight: 2, arbitrary: settle },
  { weight: 1, arbitrary: renew },
  { weight: 1, arbitrary: retry },
  { weight: 1, arbitrary: expire },
  { weight: 1, arbitrary: step },
);
