// Output of every command, whatever main and the nodes behind it say: nothing of it steers a screen, hides from one, or passes as a line of tasuki's own.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Health, RunStatus, Status, TaskAnswer, TasukiError, toProblem } from "@tasuki/protocol";
import { anyCharacter } from "@tasuki/protocol/testing";
import { array, asyncProperty, assert, constantFrom, oneof, type Arbitrary } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, blockedStatus, exampleStatus, runId } from "../testing/example-status.ts";
import { type RanOptions, tasuki } from "../testing/run-tasuki.ts";
import { type Answers, type LyingMain, saying, startLyingMain } from "../testing/start-lying-main.ts";

// The issue's own list, and not the product's: C0, DEL and C1, marks of direction, separators, no width, variants, tags, halves of characters.
const ranges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe0fff],
] as const;
const attacks = ["\u001b]52;c;Y3VybA==\u0007", "\u001b]0;owned\u0007", "\u001b[2J", "\u001b[35m", "\u009b5A", "\ud83d\u200b\ude00"];
const forgeries = ["\n", "\r\n", "\r", "\u0085", "\u2028"].map((end) => `${end}FORGED`);
/** Every kind of character that a screen obeys or does not show, and what is done with some of them. */
const kinds = [
  ...ranges.flatMap(([first, last]) => Array.from({ length: Math.min(last - first, 40) + 1 }, (_, n) => String.fromCodePoint(first + n))),
  ...attacks,
  ...forgeries,
];
const hostile: Arbitrary<string> = array(oneof(constantFrom(...kinds), anyCharacter), { maxLength: 20 }).map((some) =>
  [...kinds, ...some].map((one) => `a${one}`).join(""),
);

/** Characters of a text that a screen obeys or does not show, as numbers. The ends of its lines are the text's own. */
function steeringIn(text: string): number[] {
  const points = Array.from(text.replaceAll("\n", ""), (character) => character.codePointAt(0) ?? 0);
  return points.filter((point) => ranges.some(([first, last]) => point >= first && point <= last));
}

// oxlint-disable-next-line no-control-regex -- what the product adds to a terminal: its six paints, and the cursor of what is redrawn
const own = /\u001b\[(?:0J|\d+A\r|(?:1|2|22|31|32|33|36|39)m)|\r(?=\u001b\[0J)/g;

/** Faults of what a command prints, and what it prints besides the product's own. */
async function print(args: readonly string[], options: RanOptions = {}) {
  const { printed } = await tasuki(args, options);
  const text = options.terminal === undefined ? printed : printed.replaceAll(own, "");
  const forged = text.split("\n").filter((line) => line.trimStart().startsWith("FORGED"));
  return { text, faults: [...steeringIn(text), ...forged, ...(text === "" ? ["nothing was printed"] : [])] };
}

const { stages, ...blocked } = blockedStatus();
const whole: RunStatus = {
  ...blocked,
  block: { kind: "intake", reason: "r", needs: "n", owner: "operator", clearsWith: "c", roles: ["sg"], unmet: [] },
  stages: stages.map((stage) => ({ ...stage, node: "sg-2", producer: "embedded/1" })),
  sources: [{ name: "S1.md", label: "README.md", unreadable: "it is no text" }],
  awaits: ["sg"],
  bundle: "b".repeat(64),
};
const closed = exampleStatus({ state: "closed", endedAt: at(4), bundle: "b".repeat(64) });
const health: Health = {
  node: "main",
  role: "main",
  instance: runId,
  version: "0",
  contracts: { reads: { run: [1] }, writes: { run: [1] }, digests: { "run@1": "a".repeat(64) } },
  clock: at(0),
  store: { state: "ok", feed: 1 },
  identity: { provider: "loopback", state: "ok" },
  policy: { sha256: "a".repeat(64), current: false, drift: ["node:sg"], unheardSince: at(1) },
  executor: "app:sg",
  features: ["nodes"],
};
const node = { node: "sg-2", role: "sg", url: "http://127.0.0.1:1", reachable: false, seenAt: 0, problem: "an older copy", health };
const artifact = {
  name: "candidate-list.md",
  contract: "candidate-list@1",
  sha256: "a".repeat(64),
  size: 1,
  task: runId,
  direction: "out",
};
const status: Status = {
  node: "main",
  role: "main",
  instance: runId,
  size: 1,
  queue: { waiting: 0, running: 0, limit: 1 },
  shortcuts: [{ path: "p", why: "w", instead: "i" }],
  tasks: [],
  artifacts: [{ ...artifact, direction: "out", text: "A text.\n" }],
};
const taken: TaskAnswer = { task: runId, run: runId, receipt: { payload: "", payloadType: "t", signatures: [] } };
const unmet = { file: "f", path: "p", line: 1, expected: "e", got: "g", fix: "x" };

/** Everything that main can be asked, answered in a run that ends so, with the words in every text. */
function answersOf(run: RunStatus, words: string): Answers {
  const shown = saying(run, words, RunStatus);
  const data = {
    "/operator/runs": [shown, { ...shown, state: "open", stages: [] }],
    ...Object.fromEntries(["run", "watch", "retry", "cancel"].map((call) => [`/operator/${call}`, shown])),
    "/operator/nudge": saying(
      [
        { role: "sg", says: "it waits" },
        { role: "jp", problem: "unreachable" },
      ],
      words,
    ),
    "/operator/nodes": saying([node, { ...node, reachable: true }], words),
    "/operator/relay": saying({ profiles: { plain: "anything" }, explain: "questions" }, words),
    "/operator/view": saying([{ n: "Q1", text: "What is it?" }, "or that"], words),
    "/operator/health": saying(health, words, Health),
    "/operator/status": saying(status, words, Status),
    "/operator/start": saying(taken, words, TaskAnswer),
  };
  return new Map(Object.entries(data).map(([path, answer]) => [path, { data: answer }]));
}

const paths = [...answersOf(closed, "").keys()];
/** Everything that main can be asked, refused in those words. */
function refusalsOf(words: string): Answers {
  const problem = saying(toProblem(new TasukiError("invalid_state", "no", { unmet: [unmet], missing: ["m"] })), words);
  return new Map(paths.map((path) => [path, { problem: { ...problem, code: "invalid_state" } }]));
}

const commands = [
  ["ls"],
  ["show", runId],
  ["show", "last"],
  ["show", "abcdef"],
  ["watch", runId],
  ["artifacts", runId],
  ["artifacts", runId, "none.md"],
  ["nudge", runId],
  ["retry", runId],
  ["cancel", runId],
  ["nodes"],
  ["run", "What?"],
  ["run", "What?", "--wait"],
  ["run", "What?", "--profile", "fancy"],
].flatMap((args) => [args, [...args, "--json"]]);
const screens: readonly RanOptions[] = [{}, { terminal: 80, screen: true }];

let main: LyingMain;
let answers: Answers = new Map();
beforeAll(async () => void (main = await startLyingMain(() => answers)));
afterAll(async () => main[Symbol.asyncDispose]());

// guarantees: R7.shown
describe.each([
  ["tells of a run that waits for a person", (words: string) => answersOf(whole, words)],
  ["tells of a run that is closed", (words: string) => answersOf(closed, words)],
  ["refuses what it is asked", refusalsOf],
  ["answers what nobody can read", (words: string): Answers => new Map(paths.map((path) => [path, { data: { [words]: words } }]))],
] as const)("main %s", (_, answering) => {
  test.each(commands.map((args) => [args.join(" "), args] as const))(
    "in any words: tasuki %s prints none that a screen obeys or hides",
    (_line, args) =>
      assert(
        asyncProperty(hostile, async (words) => {
          answers = answering(words);
          for (const screen of screens) expect((await print([...args, "--data", main.data], screen)).faults).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
});

test("a file is printed on a terminal with its lines and tabs, and without what steers it; to a program, byte for byte", () =>
  assert(
    asyncProperty(hostile, async (words) => {
      const text = `One\n\ttwo ${words}\n`;
      const file = { ...status, artifacts: [{ ...artifact, direction: "out", text }] };
      answers = new Map([...answersOf(closed, ""), ["/operator/status", { data: file }]]);
      const args = ["artifacts", runId, artifact.name, "--data", main.data];
      const shown = (await tasuki(args, { screen: true })).stdout;
      expect(shown).toMatch(/^One\n\ttwo a/);
      expect(steeringIn(shown.replaceAll("\t", ""))).toEqual([]);
      expect((await tasuki(args)).stdout).toBe(text);
    }),
  ));

// guarantees: R7.shown
describe("files of others that a command reads", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "tasuki-hostile-"))));
  afterAll(() => rm(folder, { recursive: true }));

  // A name or a text that a file can have.
  const words = hostile.map((all) => all.replaceAll(/[/\0]/g, "").toWellFormed());
  /** Faults of what commands print, each of which must quote something. */
  const faultsOf = async (lines: readonly (readonly string[])[]) => {
    const all = await Promise.all(lines.flatMap((args) => screens.map((screen) => print(args, screen))));
    return all.flatMap(({ text, faults }) => [...faults, ...(/a\[2J|\\u001b\[2J/.test(text) ? [] : [`nothing is quoted: ${text}`])]);
  };

  test("check quotes a stage's files and their names without it", () =>
    assert(
      asyncProperty(words, async (words) => {
        const work = await mkdtemp(join(folder, "work-"));
        await writeFile(join(work, "sg-review.md"), `---\ncontract: sg-review@1\ndecision: a\u001b[2J\n---\n# ${words}\n`);
        await writeFile(join(work, `a\u001b[2J${words.slice(0, 60).toWellFormed()}`), words);
        expect(
          await faultsOf([
            ["check", work],
            ["check", work, "--json"],
            ["check", join(work, words)],
          ]),
        ).toEqual([]);
      }),
      { numRuns: 5 },
    ));

  test("acl quotes a policy without it", () =>
    assert(
      asyncProperty(words, async (words) => {
        const policy = join(folder, "policy.hujson");
        const may = { v: 1, to: "main", call: "task", kinds: ["run"], unsigned: true };
        const app = { "tasuki.dev/cap/bus": [may, { ...may, kinds: ["work"] }] };
        const grant = { src: [words, "group:tasuki-ops", `tag:${words}`], dst: ["tag:tasuki-main"], ip: ["tcp:18100"], app };
        await writeFile(policy, JSON.stringify({ grants: [grant] }));
        const check = ["acl", "check", "--policy", policy];
        const explain = ["acl", "explain", "tag:none", "main", "task", "--policy", policy];
        expect(await faultsOf([check, [...check, "--json"], explain, ["acl", "explain", words, words, words]])).toEqual([]);
      }),
      { numRuns: 5 },
    ));

  test("conformance quotes a node without it", () =>
    assert(
      asyncProperty(hostile, async (words) => {
        answers = answersOf(closed, words);
        for (const screen of screens) expect((await print(["conformance", "--socket", main.socket], screen)).faults).toEqual([]);
      }),
      { numRuns: 2 },
    ));
});
