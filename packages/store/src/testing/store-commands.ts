import type { TaskKind } from "@tasuki/protocol";
import * as fc from "fast-check";
import type { Store } from "../port/store.ts";
import { eventOf, handOffOf, id, payloadOf, receiptOf, requestOf } from "./fixtures.ts";
import type { Model, ModelCompletion, ModelSettlement } from "./store-model.ts";

/** An operation whose arguments depend on what is there: the model's answer, and the call that must give the same. */
export type Operation = (model: Model, now: number) => { readonly expected: unknown; readonly call: (store: Store) => Promise<unknown> };

const leaseMs = 100;
const queueLimit = 4;
const block = { reason: "failed", needs: "a look", owner: "operator", clearsWith: "tasuki retry" };
const pick = <One>(all: readonly One[], n: number): One | undefined => all[n % Math.max(1, all.length)];
const some = fc.nat(20);

const accept = fc
  .record({
    n: fc.integer({ min: 1, max: 12 }),
    kind: fc.constantFrom<TaskKind[]>("work", "work", "work", "cancel", "nudge", "close"),
    run: fc.constantFrom(id(1, 1), id(2, 1)),
    stage: fc.constantFrom("finder", "judge"),
    epoch: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ n, ...rest }): Operation => (model) => {
    const payload = payloadOf({ id: id(n), ...rest });
    const request = requestOf(payload, { queueLimit });
    return {
      expected: model.accept(payload, request.digest, queueLimit),
      call: async (store) => (await store.accept(request, receiptOf("accepted", payload.id))).is,
    };
  });

const claim = fc.constant<Operation>((model, now) => ({
  expected: model.claim(now, leaseMs),
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
  return { expected: model.renew(held, now + leaseMs), call: (store) => store.renew(held, now + leaseMs) };
});

const complete = fc
  .record({
    which: lease,
    how: fc.constantFrom<ModelCompletion[]>("produced", "produced", "produced without hand-off", "done", "blocked", "again"),
  })
  .map(({ which, how }): Operation => (model, now) => {
    const held = leaseIn(model, which);
    const handOff = id(model.rows().length + 1, 3);
    const run = model.runOf(held.task) ?? id(1, 1);
    const epoch = model.epochOf(held.task) ?? 1;
    const notBefore = now + leaseMs / 2;
    const row = handOffOf(handOff, { carries: held.task, run, payload: payloadOf({ id: handOff, run, epoch, stage: "judge" }) });
    const expected = model.complete(held, how, { handOff, notBefore });
    const seal = receiptOf(how, held.task);
    return {
      expected,
      call: (store) => {
        switch (how) {
          case "produced":
            return store.complete(held, { state: "produced", outputs: [], handOff: () => row }, seal);
          case "produced without hand-off":
            return store.complete(held, { state: "produced", outputs: [] }, seal);
          case "done":
            return store.complete(held, { state: "done", outputs: [] }, seal);
          case "blocked":
            return store.complete(held, { state: "blocked", block }, seal);
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
      expected: model.settle(row, to),
      call: (store) => {
        switch (to) {
          case "done":
            return store.settle(row, { state: "done", receipt: handOffOf(row).envelope }, eventOf("delivered"));
          case "superseded":
            return store.settle(row, { state: "superseded", last: "409" }, eventOf("superseded"));
          case "blocked":
            return store.settle(row, { state: "blocked", last: "403", block }, eventOf("refused"));
          case "pending":
            return store.settle(row, { state: "pending", last: "503", nextAt: now + leaseMs }, undefined);
        }
      },
    };
  });

const retry = some.map((at): Operation => (model) => {
  const task = pick(model.tasks(), at) ?? id(97);
  return { expected: model.retry(task), call: (store) => store.retry(task, eventOf("retried")) };
});

const expire = fc.constant<Operation>((model, now) => ({
  expected: model.expire(now).sort(),
  call: async (store) => [...(await store.expireLeases(now))].sort(),
}));

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: accept },
  { weight: 3, arbitrary: claim },
  { weight: 3, arbitrary: complete },
  { weight: 2, arbitrary: settle },
  { weight: 1, arbitrary: renew },
  { weight: 1, arbitrary: retry },
  { weight: 1, arbitrary: expire },
);
