import {
  type Attachment,
  defineArtifact,
  defineRole,
  type Envelope,
  type Pipeline,
  type Receipt,
  sha256Of,
  type Grant,
  type TaskPayload,
} from "@tasuki/protocol";
import type { RunChange, RunRow, Store } from "@tasuki/store";
import { createNotary, type Notary, payloadDigest, type ReceiptFacts, type Sealed } from "@tasuki/evidence";
import { makeSigner, testSalt } from "@tasuki/evidence/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { type FlowEvent, newFlow } from "@tasuki/flow";
import { stateOf, toRunRow } from "./run-row.ts";
import { createRunSteps } from "./run-steps.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const hash = sha256Of;
const run = "0197c0de-0000-7000-8000-000000000001";
const artifact = <const Name extends string>(name: Name) =>
  defineArtifact({
    name,
    version: 1,
    file: `${name}.md`,
    mediaType: "text/markdown",
    maxBytes: 100,
    schema: z.string(),
    read: (text) => ({ ok: true, value: text }),
    write: (value) => value,
  });
const [about, brief, list, review] = [artifact("run"), artifact("brief"), artifact("list"), artifact("review")];
const pipeline: Pipeline = {
  module: import.meta.url,
  profiles: {},
  intake: { brief },
  given: [about, brief],
  roles: [
    defineRole({ name: "finder", port: 18101, consumes: [about, brief], produces: [list], check: () => [] }),
    defineRole({ name: "judge", port: 18102, consumes: [list], produces: [review], check: () => [] }),
  ],
};
const file = (name: string): Attachment => ({ name: `${name}.md`, contract: `${name}@1`, size: 1, sha256: hash(name) });
const intakeDone: FlowEvent = {
  is: "intake-done",
  given: [file("run"), file("brief")],
  sources: [],
  accepted: hash("accepted"),
  nodes: { main: "main", finder: "finder", judge: "judge" },
};
const receipt = (facts: Pick<Receipt, "stage" | "state"> & Partial<Receipt>, follows?: string): FlowEvent => ({
  is: "receipt",
  receipt: {
    node: facts.stage,
    instance: run,
    role: facts.stage,
    run,
    task: `0197c0de-0000-7000-8000-00000000000${facts.stage === "finder" ? 2 : 3}`,
    epoch: 1,
    attempt: 1,
    at: new Date(0).toISOString(),
    index: 0,
    ...facts,
  },
  digest: hash(`${facts.stage} ${facts.state}`),
  subjects: [file("list")],
  outputs: [],
  ...(follows !== undefined && { follows }),
});

/** Store of runs and changes alone, in memory; commits take a turn, as real ones do. `overtaken` holds what others do just before them. */
function memory() {
  const rows = new Map<string, RunRow>();
  const changes: RunChange[] = [];
  const conflicts: RunChange[] = [];
  const kept = new Map<string, Envelope>();
  const overtaken: (() => void)[] = [];
  const store = {
    run: async (id: string) => rows.get(id),
    envelopes: async (_run: string, digests: readonly string[]) => new Map([...kept].filter(([digest]) => digests.includes(digest))),
    async runs({ open = false, limit = Infinity, after }: Parameters<Store["runs"]>[0] & object = {}) {
      const found = [...rows.values()].filter((row) => !open || !row.ended);
      return found.slice(found.findIndex(({ id }) => id === after) + 1).slice(0, limit);
    },
    async change(change: RunChange): ReturnType<Store["change"]> {
      await new Promise((resolve) => setImmediate(resolve));
      overtaken.shift()?.();
      const isConflict = change.runs.some(({ id, version }) => rows.get(id)?.version !== version);
      (isConflict ? conflicts : changes).push(change);
      if (isConflict) return "conflict";
      for (const row of change.runs) rows.set(row.id, JSON.parse(JSON.stringify({ ...row, version: row.version + 1 })) as RunRow);
      return "committed";
    },
  } as unknown as Store; // the operations that run steps use
  return { store, changes, conflicts, kept, overtaken, rows };
}
const signed: TaskPayload[] = [];
const granted: Grant[] = [];
const said: (ReceiptFacts | { type: string })[] = [];
const envelope: Envelope = { payload: "", payloadType: "test", signatures: [] };
const sealed = (): Sealed => ({ leaf: "{}", envelopes: [envelope] });
const notary: Notary = {
  node: "main",
  receipt: (facts) => (said.push(facts), sealed),
  handOff: (facts) => (said.push(facts), sealed),
  event: (type) => (said.push({ type }), sealed),
  task: (payload) => (signed.push(payload), { envelope, digest: hash(payload.id) }),
  grant: (grant) => (granted.push(grant), envelope),
};

function open() {
  const { store, changes, conflicts, kept, overtaken, rows } = memory();
  signed.length = 0;
  granted.length = 0;
  said.length = 0;
  let ids = 10;
  const newId = () => `0197c0de-0000-7000-8000-0000000000${(ids += 1)}`;
  const roster = Object.fromEntries(pipeline.roles.map(({ name: role }) => [role, { role, url: "http://node.invalid" }]));
  const deps = { store, notary, pipeline, roster, newId, logger: quiet, clock: { now: () => 5_000, monotonic: () => 0 } };
  const route = pipeline.roles.map((role) => role.name);
  rows.set(run, toRunRow(newFlow({ profile: "plain", payload: { run, from: "ops:ada" }, brief: "b", route, now: 1 }), 1));
  return { steps: createRunSteps(deps), again: () => createRunSteps(deps), changes, conflicts, kept, overtaken, rows };
}
const fact = (event: FlowEvent) => ({ facts: [{ run, event }] });

test("one step is one commit: the run's state, the signed task in the outbox, and the event that holds it", async () => {
  const { steps, changes } = open();
  await steps.apply(fact(intakeDone));
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatchObject({
    runs: [{ id: run, epoch: 1, ended: false }],
    outbox: [{ to: "finder", run }],
    events: [expect.any(Function)],
  });
  expect(signed).toEqual([
    expect.objectContaining({ kind: "work", run, stage: "finder", to: "finder", from: "main", epoch: 1, prev: hash("accepted") }),
  ]);
  expect(signed[0]).toMatchObject({ attachments: [file("run"), file("brief")], deadline: new Date(5_000 + 7_200_000).toISOString() });
});

// guarantees: R11.given-out
test("each dispatch brings main's grant: the run at its epoch, over its run.json; nothing else that main sends does", async () => {
  const { steps } = open();
  await steps.apply(fact(intakeDone));
  await steps.apply(fact(receipt({ stage: "finder", state: "produced" })));
  await steps.apply(fact({ is: "pulled", stage: "finder", epoch: 1, outputs: [file("list")] }));
  await steps.apply(fact({ is: "retry", by: "ops:ada", stage: "judge" }));
  const nodes = { main: "main", finder: "finder", judge: "judge" };
  expect(granted).toEqual([1, 2].map((epoch) => ({ v: 1, run, epoch, plan: hash("run"), nodes })));
  expect(signed.map(({ kind, grant }) => [kind, grant])).toEqual([
    ["work", envelope],
    ["cancel", undefined],
    ["work", envelope],
  ]);
});

test("a fact that is known already is neither committed nor sent again, also after a restart", async () => {
  const { steps, again, changes } = open();
  await Promise.all([steps.apply(fact(intakeDone)), steps.apply(fact(intakeDone))]);
  await again().apply(fact(intakeDone));
  expect(changes).toHaveLength(1);
  expect(signed).toHaveLength(1);
});

test("a step that somebody else has overtaken is made again with new ids; what the losing step signed is not kept", async () => {
  const { steps, changes, conflicts, overtaken, rows } = open();
  const shown: string[] = [];
  steps.onChange(({ id }) => void shown.push(id));
  overtaken.push(() => rows.forEach((row, id) => rows.set(id, { ...row, version: 7 })));
  await steps.apply(fact(intakeDone));
  const [lost, kept] = signed.map(({ id }) => id);
  expect(signed).toHaveLength(2);
  expect(kept).not.toBe(lost);
  expect(conflicts).toMatchObject([{ runs: [{ id: run, version: 1 }], outbox: [{ id: lost }] }]);
  expect(changes).toMatchObject([{ runs: [{ id: run, version: 7 }], outbox: [{ id: kept }] }]);
  expect(rows.get(run)).toMatchObject({ version: 8, epoch: 1 });
  expect(shown).toEqual([run]);
});

// guarantees: R9.copied
test("a feed's position and envelopes are committed with what they changed, and without it", async () => {
  const { steps, changes } = open();
  const position = { node: "finder", instance: run, next: 3 };
  const text = { log: run, index: 2, run, sha256: hash("salted"), salt: "0".repeat(32), text: "no ink" };
  await steps.apply({ facts: [{ run: "another relay's", event: intakeDone }], position, envelopes: [envelope], texts: [text] });
  expect(changes).toEqual([
    {
      runs: [],
      outbox: [],
      supersede: [],
      hasten: [],
      events: [],
      attachments: [],
      blobs: [],
      position,
      envelopes: [envelope],
      texts: [text],
    },
  ]);
});

test("of entries that bring nothing new only the position is kept, and nobody waits for that", async () => {
  const { steps, changes, kept } = open();
  const position = (next: number) => ({ node: "finder", instance: run, next });
  const own = { node: "finder", role: "finder", instance: run, signer: makeSigner(), clock: { now: () => 5_000 }, salt: testSalt };
  const facts = {
    run,
    stage: "finder",
    task: run,
    epoch: 1,
    attempt: 1,
    state: "started",
    prev: hash("accepted"),
    subjects: [file("task")],
  } as const;
  const [known = envelope] = createNotary(own).receipt(facts)(2).envelopes;
  kept.set(payloadDigest(known), known);
  await steps.apply({ facts: [{ run: "another relay's", event: intakeDone }], position: position(3), envelopes: [known] });
  const other = { ...known, signatures: [{ keyid: "another", sig: "another" }] };
  await steps.apply({ facts: [], position: position(4), envelopes: [known, other] });
  expect(changes).toMatchObject([
    { runs: [], position: position(3), envelopes: [] },
    { position: position(4), envelopes: [known, other] },
  ]);
});

test("a retry withdraws what main's outbox still holds of lower epochs, tells the roles, and sends only what the stage is to carry", async () => {
  const { steps, changes, rows } = open();
  await steps.apply(fact(intakeDone));
  await steps.apply(fact(receipt({ stage: "finder", state: "produced" })));
  await steps.apply(fact({ is: "pulled", stage: "finder", epoch: 1, outputs: [file("list")] }));
  signed.length = 0;
  await steps.apply(fact({ is: "retry", by: "ops:ada", stage: "judge", reason: "mended" }));
  expect(changes.at(-1)?.supersede).toEqual([{ run, epoch: 1 }]);
  expect(signed.map(({ kind, to, epoch }) => `${kind} ${to} ${epoch}`)).toEqual(["cancel judge 2", "work judge 2"]);
  expect(signed[1]).toMatchObject({ prev: hash("finder produced"), reason: "mended", attachments: [file("run"), file("list")] });
  expect(rows.get(run)?.epoch).toBe(2);
});

test("main's 'verified' continues the stage's own receipts, over the files that main holds", async () => {
  const { steps } = open();
  await steps.apply(fact(intakeDone));
  await steps.apply(fact(receipt({ stage: "finder", state: "produced" })));
  await steps.apply(fact({ is: "pulled", stage: "finder", epoch: 1, outputs: [file("list")] }));
  await steps.apply(fact({ is: "checked", stage: "finder", epoch: 1, unmet: [] }));
  await steps.apply(fact(receipt({ stage: "judge", state: "accepted" }, hash("finder produced"))));
  expect(said.at(-1)).toMatchObject({
    state: "verified",
    stage: "finder",
    task: "0197c0de-0000-7000-8000-000000000002",
    prev: hash("finder produced"),
    subjects: [{ name: "list.md", sha256: hash("list") }],
  });
});

test("open runs are told of an installation page by page, its position is committed with the last, and who knows is not stepped again", async () => {
  const { steps, again, changes, rows } = open();
  await steps.apply(fact(intakeDone));
  const others = Array.from({ length: 450 }, (_, n) => `0197c0de-0000-7000-8001-${n.toString().padStart(12, "0")}`);
  const [taken] = rows.values();
  if (taken === undefined) throw new Error("there is no run");
  for (const id of others) rows.set(id, { ...taken, id, state: { ...stateOf(taken), id } });
  changes.length = 0;
  const position = { node: "finder", instance: "0197c0de-0000-7000-8000-00000000000a", next: 7 };
  await steps.setInstalled(position);
  const told = () => changes.map((change) => [change.runs.length, change.position]);
  expect(told()).toEqual([
    [200, undefined],
    [200, undefined],
    [51, position],
  ]);
  expect([...rows.values()].every((row) => stateOf(row).installed["finder"] === position.instance)).toBe(true);
  await steps.setInstalled(position);
  await again().setInstalled(position);
  await expect
    .poll(() => told().slice(3))
    .toEqual([
      [0, position],
      [0, position],
    ]);
});

test("a role that can't be reached shows on open runs at once, and on a run that is dispatched to it later", async () => {
  const { steps, rows } = open();
  await steps.tellReachable("finder", false);
  const conditions = () => [...rows.values()].map((row) => stateOf(row).stages[0]?.condition);
  expect(conditions()).toEqual(["waiting"]);
  await steps.apply(fact(intakeDone));
  expect(conditions()).toEqual(["unreachable"]);
  await steps.tellReachable("finder", true);
  expect(conditions()).toEqual(["waiting"]);
});
