import type { Receipt, ReceiptStatement, TaskKind, TaskPayload } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { acceptanceOf, acceptedSubjects, doubtAbout, doubtOf, type KnownMessages, parseTask } from "./belief.ts";

const id = (n: number): string => `01936b1c-0000-7000-8000-00000000000${n}`;
const [list, brief, bundle] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];
const digest = "d".repeat(64);
const other = "e".repeat(64);
const file = (name: string, sha256: string) => ({ name, contract: "list@1", size: 1, sha256 });
const taskOf = (kind: TaskKind, changes: Partial<TaskPayload> = {}): TaskPayload => ({
  v: 1,
  id: id(1),
  kind,
  run: id(2),
  stage: "sg",
  epoch: 3,
  from: kind === "work" ? "nano" : "main",
  to: "sg",
  attachments: kind === "work" ? [file("list.md", list), file("brief.md", brief)] : [],
  ...(kind === "work" && { prev: "f".repeat(64) }),
  ...(kind === "close" && { bundle }),
  ...changes,
});
/** The receipt by which an honest node takes a task, with changes. */
const acceptance = (
  payload: TaskPayload,
  changes: Partial<Receipt> = {},
  subjects = acceptedSubjects(payload, digest),
): ReceiptStatement => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
  predicateType: "https://tasuki.dev/receipt/v1",
  predicate: {
    node: "sg",
    instance: id(4),
    role: "sg",
    run: payload.run,
    stage: payload.stage,
    task: payload.id,
    epoch: payload.epoch,
    attempt: 0,
    state: acceptanceOf(payload.kind),
    at: "2026-11-24T12:00:00.000Z",
    index: 0,
    prev: digest,
    ...changes,
  },
});
const kinds: readonly TaskKind[] = ["work", "nudge", "cancel", "close"];

test.each(kinds)("the acceptance of a '%s' counts against that very task", (kind) => {
  const payload = taskOf(kind);
  expect(doubtAbout(acceptance(payload), { payload, digest })).toBeUndefined();
});

// guarantees: R3.proven, R3.believed
test.each(kinds)("the acceptance of a '%s' that nobody is known to have sent does not count", (kind) => {
  expect(doubtAbout(acceptance(taskOf(kind)), undefined)).toMatch(/no task that is known/);
});

// guarantees: R3.believed
test.each<[string, Partial<Receipt>]>([
  ["follows from another task", { prev: other }],
  ["follows from nothing", { prev: undefined }],
  ["names another id", { task: id(9) }],
  ["names another run", { run: id(9) }],
  ["names another stage", { stage: "jp" }],
  ["names another epoch", { epoch: 2 }],
  ["comes from another role than the task was sent to", { role: "jp" }],
  ["says that the task was refused", { state: "rejected" }],
  ["says that another kind of task was taken", { state: "archived" }],
])("an acceptance that %s does not count", (_what, changes) => {
  const payload = taskOf("work");
  expect(doubtAbout(acceptance(payload, changes), { payload, digest })).toBeDefined();
});

// guarantees: R3.proven, R3.believed
test.each<[string, { name: string; sha256: string }[]]>([
  ["other bytes of a file", [file("list.md", other), file("brief.md", brief)]],
  ["a file of another name", [file("list.md", list), file("notes.md", brief)]],
  ["one file fewer", [file("list.md", list)]],
  ["one file more", [file("list.md", list), file("brief.md", brief), file("notes.md", other)]],
  ["one name twice", [file("list.md", other), file("list.md", list), file("brief.md", brief)]],
  ["the task document instead of its files", [{ name: "task", sha256: digest }]],
])("an acceptance over %s does not count", (_what, subjects) => {
  const payload = taskOf("work");
  expect(doubtAbout(acceptance(payload, {}, subjects), { payload, digest })).toMatch(/very files/);
});

// guarantees: R3.placed
test("the acceptance of a task that says which node it is for counts only from that node", () => {
  const payload = taskOf("work", { nodes: { nano: "nano", sg: "sg-2" } });
  expect(doubtAbout(acceptance(payload, { node: "sg-2" }), { payload, digest })).toBeUndefined();
  expect(doubtAbout(acceptance(payload), { payload, digest })).toMatch(/another node/);
});

test("the acceptance of a 'close' counts over its bundle alone", () => {
  const payload = taskOf("close");
  const known = { payload, digest };
  expect(doubtAbout(acceptance(payload, {}, [{ name: "manifest-sha256.txt", sha256: other }]), known)).toMatch(/very files/);
  expect(doubtAbout(acceptance(payload, {}, [{ name: "task", sha256: digest }]), known)).toMatch(/very files/);
});

test("the acceptance of work that does not say what it follows from does not count: it proves no hand-off", () => {
  const { prev: _, ...payload } = taskOf("work");
  expect(doubtAbout(acceptance(payload), { payload, digest })).toMatch(/follows from/);
});

const later = (state: Receipt["state"], prev: string | undefined, changes: Partial<Receipt> = {}): ReceiptStatement =>
  acceptance(taskOf("work"), { state, prev, attempt: 1, ...changes });
/** The messages that are known: the task, its acceptance and what follows from that, by name instead of digest. */
const known = (receipts: Readonly<Record<string, ReceiptStatement>>, tasks: readonly string[] = [digest]): KnownMessages => ({
  task: (of) => (tasks.includes(of) ? { payload: taskOf("work"), digest } : undefined),
  receipt: (of) => receipts[of],
});

test("a later receipt counts by the receipts before it, back to an acceptance that counts", () => {
  const first = acceptance(taskOf("work"));
  const started = later("started", "first");
  const messages = known({ first, started });
  for (const receipt of [
    first,
    started,
    later("produced", "started"),
    later("blocked", "started"),
    later("started", "first", { attempt: 2 }),
  ])
    expect(doubtOf(receipt, messages)).toBeUndefined();
});

// guarantees: R3.proven
test("a receipt counts for nothing where anything before it is not known, or does not count", () => {
  const first = acceptance(taskOf("work"));
  const started = later("started", "first");
  expect(doubtOf(first, known({}, []))).toMatch(/no task that is known/);
  expect(doubtOf(later("started", "nowhere"), known({ first }))).toMatch(/no receipt that is known/);
  expect(doubtOf(later("produced", "started"), known({ started }))).toMatch(/no receipt that is known/);
  expect(doubtOf(later("produced", "started"), known({ first, started }, []))).toMatch(/no task that is known/);
  expect(doubtOf(later("produced", undefined), known({ first, started }))).toMatch(/no receipt that is known/);
  // A task's digest where a receipt's is expected: the node skips its own acceptance.
  expect(doubtOf(later("started", digest), known({ first }))).toMatch(/no receipt that is known/);
  const lie = acceptance(taskOf("work"), {}, [file("list.md", other)]);
  expect(doubtOf(later("started", "lie"), known({ lie }))).toMatch(/very files/);
});

test.each<[string, Partial<Receipt>]>([
  ["another node", { node: "jp" }],
  ["another role", { role: "jp" }],
  ["another run", { run: id(9) }],
  ["another stage", { stage: "jp" }],
  ["another task", { task: id(9) }],
  ["another epoch", { epoch: 2 }],
])("a receipt that follows from one of %s counts for nothing", (_what, changes) => {
  expect(doubtOf(later("started", "first", changes), known({ first: acceptance(taskOf("work")) }))).toMatch(/something else/);
});

test("a task that is not well formed says what is wrong, all of it", () => {
  const task = taskOf("work");
  expect(parseTask(Buffer.from(JSON.stringify(task)))).toEqual(task);
  expect(() => parseTask(Buffer.from(JSON.stringify({ ...task, epoch: -1, kind: "play" })))).toThrow(
    expect.objectContaining({
      code: "malformed_message",
      details: { unmet: [expect.objectContaining({ path: "kind" }), expect.objectContaining({ path: "epoch" })] },
    }),
  );
  expect(() => parseTask(Buffer.from([0xff]))).toThrow(/not JSON in UTF-8/);
});
