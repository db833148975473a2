import { execFileSync } from "node:child_process";
import type { RunStatus, StageStatus } from "@tasuki/protocol";
import { assert, integer, property, string } from "fast-check";
import { expect, test } from "vitest";
import { at, began, blockedStatus, exampleStatus, runId } from "../testing/example-status.ts";
import { toAge, toDuration, toSize } from "./quantity.ts";
import { toAttemptNote } from "./attempt-note.ts";
import { toNodeLine } from "./node-line.ts";
import { toTyped } from "./block-lines.ts";
import { clip, toLine, toShellWord, toText } from "./plain-text.ts";
import { toChanges } from "./run-changes.ts";
import { toRunDetail } from "./run-detail.ts";
import { toRunList } from "./run-list.ts";
import { toProgress } from "./run-progress.ts";
import { toSummary, toUnreadLines } from "./run-summary.ts";
import { createStyle, Line, line, type Words } from "./style.ts";
import { toTable } from "./table.ts";

const style = createStyle(false);
const now = began + 3_000;
const shownOf = (words: Words): string => Line.of(words).shown;
const text = (lines: readonly Words[]): string => `\n${lines.map(shownOf).join("\n")}\n`;

test.each([
  ["live", "sg answers, and has not said that the attempt is over"],
  ["unverifiable", "sg does not answer, which says nothing of the work: what it has made is taken when it is back"],
  ["exited", "sg has said that the attempt is over"],
] as const)("work that is %s is shown with what is known of it, in show and ls", (work, evidence) => {
  const status = exampleStatus();
  const told = { ...status, stages: status.stages.map((stage) => (stage.stage === "sg" ? { ...stage, work } : stage)) };
  expect(text(toRunDetail(told, { now, style, next }))).toContain(`\n  work      ${work}: ${evidence}\n`);
  expect(text(toRunList([told], { now, width: 120, style }))).toContain(`sg started, ${work}`);
});

test("a run in the middle, as lines to be redrawn", () => {
  expect(text(toProgress(exampleStatus(), { now, width: 100, style }))).toBe(`
  nano  ██████████████████  verified        1.60 s  embedded/1
  sg    █████████░░░░░░░░░  started         1.80 s  awaits 'produced' of sg
  jp    ░░░░░░░░░░░░░░░░░░  waiting
  main  holds 1 source, follows the nodes
`);
});

test("no line is wider than the screen, whatever a reason says", () => {
  const columns = (line: string): number =>
    Array.from(line).reduce((sum, one) => sum + (/[\u2500-\u259f…]/.test(one) || one < "\u1100" ? 1 : 2), 0);
  assert(
    property(integer({ min: 60, max: 200 }), string({ unit: "grapheme", maxLength: 300 }), (width, reason) => {
      const { stages, ...status } = blockedStatus();
      const blocked = stages.map((stage) => (stage.block ? { ...stage, block: { ...stage.block, reason } } : stage));
      const lines = toProgress({ ...status, stages: blocked }, { now, width, style });
      expect(Math.max(...lines.map((line) => columns(line.shown)))).toBeLessThanOrEqual(width);
      expect(lines).toHaveLength(4);
    }),
  );
});

test("what is new in a run, a line each in the order of time", () => {
  expect(text(toChanges(undefined, exampleStatus(), now))).toBe(`
    0.40 s  nano   dispatched
    0.50 s  nano   accepted
    0.60 s  nano   started
    1.20 s  nano   produced by embedded/1
    1.20 s  sg     dispatched
    1.40 s  nano   handed-off
    1.40 s  sg     accepted
    1.50 s  sg     started
    2.00 s  nano   verified
`);
  expect(toChanges(exampleStatus(), exampleStatus(), now)).toEqual([]);
  expect(toChanges(exampleStatus(), blockedStatus(), now)).toEqual(["            sg     blocked: the files break their contracts"]);
  expect(toChanges(blockedStatus(), blockedStatus(), now)).toEqual([]);
});

test("what changed of a node is told once: another attempt, and that it can't be reached or can again", () => {
  const before = exampleStatus();
  const changed = (change: Partial<StageStatus>): RunStatus => ({
    ...before,
    stages: before.stages.map((stage) => (stage.stage === "sg" ? { ...stage, ...change } : stage)),
  });
  const again = changed({ attempt: 2 });
  const away = changed({ condition: "unreachable" });
  expect(toChanges(before, again, now)).toEqual(["            sg     started again: attempt 2"]);
  expect(toChanges(again, again, now)).toEqual([]);
  expect(toChanges(before, away, now)).toEqual(["            sg     unreachable: it does not answer main"]);
  expect(toChanges(away, before, now)).toEqual(["            sg     reachable again"]);
});

test("a run in full says what is proven, what is awaited, and what blocks it", () => {
  expect(text(toRunDetail(blockedStatus(), { now, style, next }))).toBe(`
01a20ed8-8597-756e-8e5f-b0ba1c5c733f  open

  brief     What is a receipt?
  begun     2026-11-24T12:00:00.000Z, for 3.00 s
  profile   cited, epoch 1
  sources   1 source
  main      holds 1 source, follows the nodes

nano  verified
  took      1.60 s, of which 0.60 s work
  proven    dispatched +0.40 s, accepted +0.50 s, started +0.60 s, produced +1.20 s, handed-off +1.40 s, verified +2.00 s
  attempt   1 at epoch 1, by embedded/1
  files     candidate-list.md

sg  started, blocked  awaits 'produced' of sg
  took      1.80 s
  proven    dispatched +1.20 s, accepted +1.40 s, started +1.50 s
  attempt   1 at epoch 1

jp  waiting  awaits 'dispatched' of sg

sg is blocked: the files break their contracts
  needs       the cause mended, then a retry
  who acts    operator
  clears with tasuki retry 01a20ed8-8597-756e-8e5f-b0ba1c5c733f --from sg
  sg-review.md:12
    expected  a verdict
    got       maybe
    fix       write accepted, partial, rejected or merged
`);
});

// guarantees: R7.typed
test("a command of main is shown as it is typed here, with the folder that was named", () => {
  const typed = (...words: readonly string[]): string => `pnpm tasuki ${words.join(" ")} --data '/my data'`;
  const clears = `the hand-off of sg, or tasuki retry ${runId} --from sg`;
  expect(toTyped(clears, typed)).toBe(`the hand-off of sg, or pnpm tasuki retry ${runId} --from sg --data '/my data'`);
  expect(toTyped("the first health answer of sg", typed)).toBe("the first health answer of sg");
});

test("runs as a table", () => {
  const closed = exampleStatus({ state: "closed", brief: "Why?\nAnd how?", createdAt: at(-7_200) });
  expect(text(toRunList([blockedStatus(), exampleStatus(), closed], { now, width: 120, style }))).toBe(`
RUN                                   STATE    AGE  AT          BRIEF
01a20ed8-8597-756e-8e5f-b0ba1c5c733f  blocked  3 s  sg started  What is a receipt?
01a20ed8-8597-756e-8e5f-b0ba1c5c733f  open     3 s  sg started  What is a receipt?
01a20ed8-8597-756e-8e5f-b0ba1c5c733f  closed   2 h  main        Why? And how?
`);
});

test("where a run is that no node has yet, or that main itself holds, in a word", () => {
  const stages = exampleStatus().stages.map((stage) => ({ ...stage, rung: "waiting" as const }));
  const block = { reason: "jp is away", needs: "jp", owner: "jp", clearsWith: "its health", kind: "unseen" as const };
  const failure = { attempt: 1, outcome: "failed", reason: "no room", at: at(1) };
  const verified = exampleStatus().stages.map((stage) => ({ ...stage, rung: "verified" as const }));
  const runs = [{}, { failure }, { block }, { block: { ...block, kind: "intake" as const } }].map((more) =>
    exampleStatus({ stages, ...more }),
  );
  const check = exampleStatus({ stages: verified, block: { ...block, kind: "closing-check" } });
  const rows = toRunList([...runs, check], { now, width: 120, style }).slice(1);
  expect(rows.map(({ shown }) => shown.slice(38, 69).trim())).toEqual([
    "open     3 s  main intake",
    "open     3 s  main tries again",
    "open     3 s  main held up",
    "blocked  3 s  main blocked",
    "blocked  3 s  main blocked",
  ]);
});

const closed = exampleStatus({ state: "closed", endedAt: at(4), bundle: "b".repeat(64), stages: exampleStatus().stages.slice(0, 1) });
const next = (...words: string[]): string => `tasuki ${words.join(" ")}`;

test("what a closed run has left", () => {
  expect(text(toSummary(closed, { data: "/data", style, keep: false, next }))).toContain(`
What each stage took, from its dispatch to its proof
  nano                 1.60 s  of which 0.60 s work  embedded/1

The artifacts, where they were made
  candidate-list.md  /data/nano/artifacts/01a20ed8-8597-756e-8e5f-b0ba1c5c733f/nano.1/candidate-list.md
  archive            /data/main/archive/01a20ed8-8597-756e-8e5f-b0ba1c5c733f
`);
});

test("what to type next names a file of the run, and the nodes' start where they have ended", () => {
  const ended = text(toSummary(closed, { data: "/data", style, keep: false, next }));
  expect(ended).toContain(`\n  tasuki dev\n  tasuki show ${closed.id}\n  tasuki artifacts ${closed.id} candidate-list.md\n`);
  expect(text(toSummary(closed, { data: "/data", style, keep: true, next }))).not.toContain("tasuki dev");
});

test("of a closed run whose data folder is removed, no path is told, but how to keep it", () => {
  const gone = text(toSummary(closed, { data: undefined, style, keep: false, next }));
  expect(gone).toContain(`
The artifacts
  candidate-list.md  1.9 KiB of nano
  bundle             sha256 ${"b".repeat(64)}
`);
  expect(gone).toMatch(/--keep\n[^]*--data /);
  expect(gone).not.toMatch(/\/nano|tasuki (dev|show|artifacts)/);
});

test("what a stage took ends with its run, and a stage that was fenced says so", () => {
  const [nano, ...rest] = exampleStatus().stages;
  if (nano === undefined) throw new Error("the example has stages");
  const stages = [
    { ...nano, rung: "started" as const, condition: "fenced" as const, times: { dispatched: at(0), started: at(1) } },
    ...rest,
  ];
  const cancelled = exampleStatus({ state: "cancelled", endedAt: at(2), stages });
  const shown = text(toRunDetail(cancelled, { now: now + 3_600_000, style, next }));
  expect(shown).toContain("nano  started, fenced");
  expect(shown).toContain("took      2.00 s");
});

test("of what nodes print, people see what dies and what is warned of", () => {
  const log = (level: string): string => JSON.stringify({ level, msg: "an attempt failed", code: "internal", run: "R" });
  const node = (line: string) => toNodeLine({ role: "sg", text: line, source: "node" }, style)?.shown;
  expect(toNodeLine({ role: "sg", text: "was ended by SIGKILL; restart in 1 s", source: "relay" }, style)?.shown).toBe(
    "sg    was ended by SIGKILL; restart in 1 s",
  );
  expect(node(log("warn"))).toBe("sg    warn: an attempt failed (internal; R)");
  expect(node(log("info"))).toBeUndefined();
  expect(node("*** sg: LOOPBACK IDENTITY: whoever … ***")).toBeUndefined();
  expect(node("a plain line")).toBe("sg    a plain line");
});

test("text from the wire can't steer a terminal", () => {
  expect(toLine("a\u001b[2J\u009b31mb\r\n c\u202e")).toBe("a[2J31mb c");
  expect(toText("a\n\tb\u0007\u0000")).toBe("a\n\tb");
  expect(clip("abcdef", 4)).toBe("abc…");
  expect([clip("日本語", 6), clip("日本語", 5), clip("abcdef", 6), clip("abc", 0)]).toEqual(["日本語", "日本…", "abcdef", ""]);
  assert(
    property(string({ unit: integer({ min: 0, max: 0x2100 }).map((code) => String.fromCodePoint(code)) }), (text) => {
      expect(toLine(text)).not.toMatch(/[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069]/u);
    }),
  );
});

// guarantees: R7.shown
test("a line has this program's colours and no other, wherever words of others stand in it", () => {
  const painted = createStyle(true);
  const words = "a\u001b[31m\n\u202eb";
  expect(line`${painted.bad(words)} ${words} ${1}`.shown).toBe("\u001b[31ma[31m b\u001b[39m a[31m b 1");
  expect(painted.bold(line`${painted.dim("a")}b`).shown).toBe("\u001b[1m\u001b[2ma\u001b[22m\u001b[1mb\u001b[22m");
  expect(Line.of(JSON.parse(JSON.stringify({ shown: words })).shown).shown).toBe("a[31m b");
  const table = toTable(
    [{ words }],
    [
      { title: "T", cell: ({ words }) => words },
      { title: "", cell: () => "" },
    ],
    painted.dim,
  );
  expect(table.map(({ shown }) => shown)).toEqual(["\u001b[2mT\u001b[22m", "a[31m b"]);
  const said = JSON.stringify({ level: "warn", msg: words, detail: words });
  expect(toNodeLine({ role: words, text: said, source: "node" }, style)?.shown).toBe("a[31m b warn: a[31m b (a[31m b)");
});

test("a path in a command can be pasted into a shell, and stays as it is where it needs no quotes", () => {
  const paths = ["/srv/a b/it's $HOME", '`id` "x" \\ *', "", "-n", "データ", "~"];
  for (const path of paths) expect(execFileSync("sh", ["-c", `printf %s ${toShellWord(path)}`], { encoding: "utf8" })).toBe(path);
  expect(toShellWord("/tmp/tasuki-demo.1_a")).toBe("/tmp/tasuki-demo.1_a");
});

test("spans, ages and sizes", () => {
  expect([420, 12_340, 184_000, 7_500_000].map(toDuration)).toEqual(["0.42 s", "12.3 s", "3 min 4 s", "2 h 5 min"]);
  expect([3_000, 300_000, 7_200_000, 345_600_000].map(toAge)).toEqual(["3 s", "5 min", "2 h", "4 d"]);
  expect([812, 4_198, 52_428_800].map(toSize)).toEqual(["812 B", "4.1 KiB", "50.0 MiB"]);
});

test("colours are there only where they are wanted", () => {
  expect(createStyle(false).bad("x").shown).toBe("x");
  expect(createStyle(true).bad("x").shown).toBe("\u001b[31mx\u001b[39m");
});

test("the blocks of a run that has ended are shown as they were, without anything to type", () => {
  const ended = { ...blockedStatus(), state: "cancelled" as const, endedAt: at(2) };
  const shown = text(toRunDetail(ended, { now, style, next }));
  expect(shown).toMatch(/\nsg was blocked: the files break their contracts\n {2}sg-review\.md:12\n/);
  expect(shown).not.toContain("clears with");
});

test("a summary says of which documents nothing was read", () => {
  const source = { name: "S1.pdf", label: "scan.pdf", unreadable: "it has no text" };
  expect(toUnreadLines(exampleStatus())).toEqual([]);
  expect(toUnreadLines(exampleStatus({ sources: [] }))).toEqual(["The text answers from nothing: no document was given."]);
  expect(toUnreadLines(exampleStatus({ sources: [source] }))).toEqual([
    "The text answers from nothing: none of the documents could be read.",
    "S1.pdf (scan.pdf) could not be read: it has no text",
  ]);
});

test("how the attempts of a stage go: the last failure, the one that runs, and since when it is silent", () => {
  const [, sg] = exampleStatus().stages;
  if (sg === undefined) throw new Error("the example has stages");
  const failure = { attempt: 1, attempts: 5, outcome: "stalled", reason: "it hung", at: at(1), next: at(8) };
  expect(toAttemptNote(sg, now)).toBe("");
  expect(toAttemptNote({ ...sg, failure }, now)).toBe("attempt 1 of 5 failed (stalled): it hung; the next comes in 5 s");
  expect(toAttemptNote({ ...sg, attempt: 2, failure }, now)).toBe("attempt 2 of 5; the last failed (stalled): it hung");
  expect(toAttemptNote({ ...sg, silentSince: at(-147) }, now)).toBe(
    "silent since 2026-11-24T11:57:33.000Z (2 min): no output and no change in out/",
  );
  expect(toAttemptNote({ ...sg, failure: { ...failure, outcome: "failed", next: at(3.4) } }, now)).toBe(
    "attempt 1 of 5 failed: it hung; the next is due",
  );
  const { attempts: _, next: __, ...earlier } = failure;
  expect(toAttemptNote({ ...sg, failure: earlier }, now)).toBe("attempt 1 failed (stalled): it hung; another follows");
  const status = exampleStatus({
    stages: exampleStatus().stages.map((one) => (one.stage === "sg" ? { ...one, failure, silentSince: at(-147) } : one)),
  });
  expect(text(toRunDetail(status, { now, style, next }))).toMatch(
    /failed {4}attempt 1 of 5 .*\n {2}silent {4}since \S+ \(2 min\).*; only 'startToClose', or executor\.timeoutMs, ends it/,
  );
  expect(toChanges(exampleStatus(), status, now)).toEqual([
    "            sg     attempt 1 of 5 failed (stalled): it hung; the next comes in 5 s",
    "            sg     silent since 2026-11-24T11:57:33.000Z (2 min): no output and no change in out/",
  ]);
});

test("work that was sent back is told when it happens, and each round is shown with what it had made", () => {
  const { stages } = exampleStatus();
  const made = stages.slice(0, 2).map(({ stage, outputs }) => ({ stage, epoch: 1, outputs, receipts: [] }));
  const again = exampleStatus({
    epoch: 2,
    rounds: [{ by: "sg", to: "nano", decision: "rework", requests: ["look in S2"], stages: made }],
    mostRounds: 2,
  });
  expect(toChanges(exampleStatus(), again, now)).toEqual(["            main   sends the work back: sg decided 'rework'; back to nano"]);
  expect(text(toRunDetail(again, { now, style, next: (...words) => words.join(" ") }))).toContain(`
  main      holds 1 source, follows the nodes; sent back 1 of 2 times
  round     1 of 2: sg decided 'rework'; back to nano
            asked for: look in S2
            made until then, at epoch 1: candidate-list.md
`);
});

test("of a run that was cancelled, it is said by whom, when and why", () => {
  const cancelled = exampleStatus({ state: "cancelled", endedAt: at(9), cancelled: { by: "ops:ada", reason: "asked twice\u001b[2J" } });
  const said = "cancelled by ops:ada at 2026-11-24T12:00:09.000Z: asked twice";
  expect(text(toRunDetail(cancelled, { now, style, next: (...words) => words.join(" ") }))).toContain(`  main      ${said}`);
  expect(toChanges(exampleStatus(), cancelled, now)).toEqual([expect.stringContaining(`main   ${said}`)]);
  // Main of an earlier release has kept neither.
  const { cancelled: _, ...earlier } = cancelled;
  expect(toChanges(exampleStatus(), earlier, now)).toEqual(["            main   cancelled at 2026-11-24T12:00:09.000Z"]);
});
