import { expect, test } from "vitest";
import { z } from "zod";
import { StatusQuery } from "./queries.ts";
import { RunRequest } from "./task.ts";
import { unknownKeys } from "./unknown-keys.ts";

test.each([
  ["runs", "write 'run', or leave 'runs' out"],
  ["Task", "write 'task', or leave 'Task' out"],
  ["incldue", "write 'include', or leave 'incldue' out"],
  ["colour", "leave 'colour' out"],
])("an unknown name is told with the one that was meant, if any is near: %s", (name, fix) => {
  expect(unknownKeys(StatusQuery, { [name]: "x", limit: "1" }, "query")).toMatchObject([
    { file: "query", path: name, got: `'${name}'`, fix },
  ]);
});

test("where no name is taken, that is said", () => {
  expect(unknownKeys(z.looseObject({}), { run: "x" }, "query")).toMatchObject([
    { expected: "none, as it takes no names", got: "'run'", fix: "leave 'run' out" },
  ]);
});

test("unknown keys are found at any depth, in what is optional too, and known ones are not", () => {
  const attachment = { name: "S1.md", contract: "source@1", size: 1, sha256: "a", lable: "a.md" };
  const request = { kind: "run", breif: "Why?", attachments: [attachment], clocks: { heartBeats: 1, startToClose: 2 } };
  expect(unknownKeys(RunRequest, request, "task").map(({ path, fix }) => [path, fix])).toEqual([
    ["breif", "write 'brief', or leave 'breif' out"],
    ["attachments.0.lable", "write 'label', or leave 'lable' out"],
    ["clocks.heartBeats", "write 'heartbeat', or leave 'heartBeats' out"],
  ]);
  expect(unknownKeys(RunRequest, { kind: "run", brief: "Why?" }, "task")).toEqual([]);
});

test("a complaint does not grow with what it is about", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`${"x".repeat(1000)}${at}`, 1]));
  const said = unknownKeys(StatusQuery, many, "query");
  expect(said).toHaveLength(20);
  expect(Math.max(...said.map(({ got }) => got.length))).toBeLessThan(80);
  expect(unknownKeys(StatusQuery, JSON.parse('{"__proto__": 1, "constructor": 2}'), "query")).toHaveLength(2);
});
