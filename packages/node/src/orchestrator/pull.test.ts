import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArtifactText, sha256Of, type Status, type StatusQuery, TasukiError } from "@tasuki/protocol";
import type { BusClient } from "@tasuki/bus";
import { type FlowState, newFlow, newStage } from "@tasuki/flow";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { openStore } from "@tasuki/store";
import { endlessDisk } from "@tasuki/store/testing";
import { expect, test } from "vitest";
import { smallPipeline as pipeline } from "../testing/small-pipeline.ts";
import { systemClock as clock } from "../process/system-clock.ts";
import { pull, WrongAnswer } from "./pull.ts";
import type { RunSteps } from "./run-steps.ts";

const text = "# List\n\n- one\n";
const name = "list.md";
const task = randomUUIDv7();
const roster = { nano: { role: "nano", url: "http://nano.invalid" }, sg: { role: "sg", url: "http://sg.invalid" } };
const artifact = (changes: Partial<ArtifactText> = {}): ArtifactText => ({
  name,
  contract: "list@1",
  sha256: sha256Of(text),
  size: text.length,
  task,
  direction: "out",
  text,
  ...changes,
});

type Answer = (asked: number, query: StatusQuery) => Pick<Status, "artifacts" | "next">;

/** The pull of nano's list, or of other files of its stage, out of what nano and sg answer. Resolves with the questions that were asked of each. */
async function pullFrom(answers: Readonly<Record<string, Answer>>, subjects = [{ name, sha256: sha256Of(text) }]) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-pull-"));
  const asked: Record<string, number> = { nano: 0, sg: 0 };
  const outputs: string[] = [];
  let mostRead = 0;
  try {
    await using store = await openStore({ folder, clock, newId: () => randomUUIDv7() });
    const clientFor = (node: string) =>
      ({
        status: async (query: StatusQuery, { mostBytes = Infinity }: { mostBytes?: number }) => {
          mostRead = Math.max(mostRead, mostBytes);
          return answers[node]?.((asked[node] = (asked[node] ?? 0) + 1), query) ?? { artifacts: [] };
        },
      }) as unknown as BusClient; // the one call of a pull
    const steps = {
      apply: async ({ facts: [fact] }: Parameters<RunSteps["apply"]>[0]) =>
        void (fact?.event.is === "pulled" && outputs.push(...fact.event.outputs.map((one) => one.name))),
    } as RunSteps; // the one step of a pull
    const flow = newFlow({ profile: "plain", payload: { run: randomUUIDv7(), from: "ops" }, brief: "b", route: ["nano", "sg"], now: 0 });
    const state: FlowState = {
      ...flow,
      stages: [
        { ...newStage("nano", 1), rung: "handed-off", task, subjects },
        { ...newStage("sg", 1), rung: "accepted", task: randomUUIDv7() },
      ],
    };
    const want = { want: "pull" as const, stage: "nano", epoch: 1, task };
    const error = await pull({ store, steps, clientFor, roster, pipeline, clock, diskFloor, judge: judgeAtOnce }, state, {
      want,
      signal: new AbortController().signal,
    }).catch((thrown: unknown) => thrown);
    return { asked, outputs, error, mostRead };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const diskFloor = endlessDisk;
const unreadable = (): never => {
  throw new TasukiError("answer_invalid", "it is no JSON");
};
const silent = (): never => {
  throw new TasukiError("unreachable", "nobody is there");
};

test("the file of a stage comes from its node, by one question", async () => {
  expect(await pullFrom({ nano: () => ({ artifacts: [artifact()] }) })).toEqual({
    asked: { nano: 1, sg: 0 },
    outputs: [name],
    error: undefined,
    // The contract allows 1 MB; a task has 16 files of one name at most, and JSON takes two bytes for one.
    mostRead: 32_000_000 + 65_536,
  });
});

test("what the node does not give comes from the next one, which was handed the same bytes", async () => {
  for (const nano of [
    silent,
    () => ({ artifacts: [] }),
    () => ({ artifacts: [artifact({ text: "# Other\n", sha256: sha256Of("# Other\n") })] }),
  ])
    expect(await pullFrom({ nano, sg: () => ({ artifacts: [artifact()] }) })).toMatchObject({ outputs: [name], error: undefined });
});

const others = ["list.md", "review.md", "final.txt"].map((one) => artifact({ name: one, contract: `${one.split(".")[0]}@1` }));
const named: Answer = (_, { name: asked }) => ({ artifacts: others.filter((one) => asked?.split(",").includes(one.name)) });

test("all files of a stage come by one question", async () => {
  expect(await pullFrom({ nano: named }, others)).toMatchObject({
    asked: { nano: 1, sg: 0 },
    outputs: ["final.txt", "list.md", "review.md"],
    error: undefined,
    mostRead: 3 * 32_000_000 + 65_536,
  });
});

test("files that fill more than a page come page by page", async () => {
  const pages: Answer = (asked) => ({ artifacts: others.slice(asked - 1, asked), ...(asked < 3 && { next: `${asked}` }) });
  expect(await pullFrom({ nano: pages }, others)).toMatchObject({ asked: { nano: 3, sg: 0 }, error: undefined });
});

test("a node of an earlier release has no file under several names, and is asked for each", async () => {
  const earlier: Answer = (_, { name: asked }) => ({ artifacts: others.filter((one) => one.name === asked) });
  expect(await pullFrom({ nano: earlier }, others)).toMatchObject({
    asked: { nano: 4, sg: 0 },
    outputs: ["final.txt", "list.md", "review.md"],
    error: undefined,
  });
});

// guarantees: R5.starves-nobody
test("pages without end that bring nothing new are asked for no longer than those of each file alone", async () => {
  const endless: Answer = (asked) => ({ artifacts: others.slice(0, 1), next: `${asked}` });
  const { asked, error } = await pullFrom({ nano: endless }, others);
  expect(error).toBeInstanceOf(WrongAnswer);
  expect(asked["nano"]).toBeLessThanOrEqual(2 + 2 * 4);
});

// guarantees: R5.starves-nobody
test.each<[string, (asked: number) => Pick<Status, "artifacts" | "next">, RegExp]>([
  ["no file of that name", () => ({ artifacts: [artifact({ name: "notes.md" })] }), /nano gave no list.md/],
  ["other bytes", () => ({ artifacts: [artifact({ sha256: sha256Of("x") })] }), /nano gave no list.md/],
  ["other bytes under the right digest", () => ({ artifacts: [artifact({ text: "# Other\n" })] }), /digest_mismatch/],
  ["pages without end", (asked) => ({ artifacts: [artifact({ name: `${asked}.md` })], next: `${asked}` }), /4 pages without/],
  [
    "a file that is larger than its contract allows",
    () => ({ artifacts: [artifact({ text: "x".repeat(9_000_000), sha256: sha256Of(text) })] }),
    /too_large/,
  ],
  ["an answer that can't be read", unreadable, /nano answered answer_invalid: it is no JSON/],
])("%s from every holder is a wrong answer, which names the node", async (_, nano, says) => {
  const { error, outputs, asked } = await pullFrom({ nano });
  expect(error).toBeInstanceOf(WrongAnswer);
  expect([(error as Error).message, outputs]).toEqual([expect.stringMatching(says), []]);
  expect(asked["nano"]).toBeLessThanOrEqual(4);
});

// guarantees: R5.partition
test("silence of one holder is no wrong answer, whatever the other says", async () => {
  for (const answers of [{ nano: silent }, { nano: () => ({ artifacts: [] }), sg: silent }])
    expect((await pullFrom(answers)).error).toMatchObject({ code: "unavailable" });
});
