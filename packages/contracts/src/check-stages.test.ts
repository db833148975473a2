import { artifactsOf, checkStages } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { exampleRelay as relay } from "./testing/example-relay.ts";
import { exampleRun } from "./testing/example-run.ts";

const documents = exampleRun();
const all = Object.fromEntries(
  artifactsOf(relay).flatMap((artifact) => (documents[artifact.name] ?? []).map(({ name, text }) => [name, text])),
);
const said = { sg: "converged", jp: "accepted" };
const check = (
  texts: Readonly<Record<string, string>>,
  stages: readonly string[] = relay.roles.map(({ name }) => name),
  decisions: Readonly<Record<string, string>> = said,
) =>
  checkStages(relay, {
    stages,
    producers: {},
    decisions,
    files: Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  });

test("the files of a whole run hold", () => {
  expect(check(all)).toEqual([]);
});

// guarantees: R3.decided
test.for([
  [{ jp: "accepted" }, "no decision, as its receipt says"],
  [{ ...said, sg: "rework" }, "'rework', as its receipt says"],
  [{ ...said, nano: "converged" }, "'converged', as its receipt says"],
] as const)("a receipt that says another decision than its file is caught: %j", ([decisions, expected]) => {
  expect(check(all, undefined, decisions)).toMatchObject([{ expected }]);
});

// Files whose change is caught by a digest: a stage need not say that it read run.json, and nobody reads jp-final.txt.
test.for(Object.keys(all).filter((name) => name !== "run.json" && name !== "jp-final.txt"))("a changed byte of %s is caught", (name) => {
  const text = all[name] ?? "";
  // A letter in the middle of the file becomes another one.
  const at = text.slice(Math.floor(text.length / 2)).search(/[a-z]/) + Math.floor(text.length / 2);
  expect(check({ ...all, [name]: `${text.slice(0, at)}${text[at] === "q" ? "z" : "q"}${text.slice(at + 1)}` })).not.toEqual([]);
});

test("files that don't belong, stages that aren't there, and files that are missing are named", () => {
  expect(check({ ...all, "notes.txt": "x" })).toMatchObject([{ file: "notes.txt" }]);
  expect(check(all, ["legal"])).toMatchObject([{ got: "legal", expected: "a stage of the pipeline: nano, sg, jp" }]);
  const { "sg-review.md": _review, ...rest } = all;
  // The review is missed by sg, which writes it, and by jp, which reads it, and is reported once.
  expect(check(rest)).toMatchObject([{ file: "sg-review.md", got: "no such file" }]);
  expect(check(rest, ["nano"])).toEqual([]);
});
