import { defineArtifact, defineRole, type EarlierVersion, earlierVersion, type Pipeline } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { z } from "zod";
import { pickVersions, type SeenRole } from "./pick-versions.ts";

const artifact = <const Name extends string>(name: Name, version: number, earlier: readonly EarlierVersion<Name, string, false>[] = []) =>
  defineArtifact({
    name,
    version,
    earlier,
    file: `${name}.md`,
    mediaType: "text/markdown",
    maxBytes: 100,
    schema: z.string(),
    read: (text) => ({ ok: true, value: text }),
    write: (value) => value,
  });
const brief = artifact("brief", 1);
const list = artifact("list", 2, [earlierVersion(artifact("list", 1), { toCurrent: (value) => value, fromCurrent: (value) => value })]);
const pipeline: Pipeline = {
  module: import.meta.url,
  profiles: {},
  intake: { brief },
  given: [brief],
  roles: [
    defineRole({ name: "finder", port: 18101, consumes: [brief], produces: [list], check: () => [] }),
    defineRole({ name: "writer", port: 18102, consumes: [brief, list], produces: [], check: () => [] }),
  ],
};
const health = (node: string, reads: Record<string, number[]>, writes: Record<string, number[]>): SeenRole => ({
  node,
  contracts: { reads, writes },
});

test("pins the highest version that its producer writes, its consumers read and main has", () => {
  const seen = new Map([
    ["finder", health("finder", { brief: [1] }, { list: [1, 2, 3] })],
    ["writer", health("writer", { brief: [1], list: [1, 2, 3] }, {})],
  ]);
  expect(pickVersions(pipeline, seen)).toEqual({ is: "picked", versions: { brief: 1, list: 2 } });
});

test("pins what an old node still reads, until it is upgraded", () => {
  const of = (reads: number[]) =>
    new Map([
      ["finder", health("finder", { brief: [1] }, { list: [1, 2] })],
      ["writer", health("writer", { brief: [1], list: reads }, {})],
    ]);
  expect([[1], [1, 2]].map((reads) => pickVersions(pipeline, of(reads)))).toMatchObject([
    { versions: { list: 1 } },
    { versions: { list: 2 } },
  ]);
});

test("names the roles that were never seen", () => {
  expect(pickVersions(pipeline, new Map([["writer", health("writer", {}, {})]]))).toEqual({ is: "unseen", roles: ["finder"] });
});

test("says which contract has no common version, which node writes and reads which, and what main has", () => {
  const seen = new Map([
    ["finder", health("finder", { brief: [1] }, { list: [3] })],
    ["writer", health("writer-2", { brief: [1], list: [2, 3] }, {})],
  ]);
  expect(pickVersions(pipeline, seen)).toEqual({
    is: "none",
    problem:
      "no version of contract 'list' is common to all who write or read it: main reads {1, 2}; node finder writes {3}; node writer-2 (writer) reads {2, 3}",
  });
});

test("what main gives, it must be able to write", () => {
  const seen = new Map([
    ["finder", health("finder", { brief: [2] }, { list: [2] })],
    ["writer", health("writer", { brief: [1], list: [2] }, {})],
  ]);
  expect(pickVersions(pipeline, seen)).toMatchObject({
    problem:
      "no version of contract 'brief' is common to all who write or read it: main writes {1}; main reads {1}; node finder reads {2}; node writer reads {1}",
  });
});
