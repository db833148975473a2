import { defineArtifact, defineRole, type Health, type Pipeline } from "@tasuki/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { pickVersions } from "./pick-versions.ts";

const artifact = <const Name extends string>(name: Name, version: number) =>
  defineArtifact({
    name,
    version,
    file: `${name}.md`,
    mediaType: "text/markdown",
    maxBytes: 100,
    schema: z.string(),
    parse: (text) => ({ ok: true, value: text }),
    format: (value) => value,
  });
const brief = artifact("brief", 1);
const list = artifact("list", 2);
const pipeline: Pipeline = {
  given: [brief],
  roles: [
    defineRole({ name: "finder", port: 18101, consumes: [brief], produces: [list], check: () => [] }),
    defineRole({ name: "writer", port: 18102, consumes: [brief, list], produces: [], check: () => [] }),
  ],
};
type Contracts = Pick<Health, "contracts">;
const health = (reads: Record<string, number[]>, writes: Record<string, number[]>): Contracts => ({ contracts: { reads, writes } });

test("pins the highest version that its producer writes, its consumers read and main has", () => {
  const healths = new Map([
    ["finder", health({ brief: [1] }, { list: [1, 2, 3] })],
    ["writer", health({ brief: [1], list: [1, 2, 3] }, {})],
  ]);
  expect(pickVersions(pipeline, healths)).toEqual({ is: "picked", versions: { brief: 1, list: 2 } });
});

test("names the roles that were never seen", () => {
  expect(pickVersions(pipeline, new Map([["writer", health({}, {})]]))).toEqual({ is: "unseen", roles: ["finder"] });
});

test("says which contract has no common version, and who has which", () => {
  const healths = new Map([
    ["finder", health({ brief: [1] }, { list: [3] })],
    ["writer", health({ brief: [1], list: [2, 3] }, {})],
  ]);
  expect(pickVersions(pipeline, healths)).toEqual({
    is: "none",
    problem: "no common version of contract 'list': main has {2}, finder writes {3}, writer reads {2, 3}",
  });
});
