import { describe, expect, it } from "vitest";
import { z } from "zod";
import { refOf } from "../messages/identifiers.ts";
import { artifactAt, pipelineAt, roleAt } from "./at-versions.ts";
import { defineArtifact } from "./define-artifact.ts";
import { definePipeline } from "./define-pipeline.ts";
import { artifactOf, defineRole, optional } from "./define-role.ts";
import { earlierVersion } from "./earlier-version.ts";

const textFile = { file: "greeting.txt", mediaType: "text/plain", maxBytes: 100 } as const;
const reading = <const Version extends number>(version: Version) => ({
  name: "greeting" as const,
  version,
  ...textFile,
});
const first = defineArtifact({
  ...reading(1),
  schema: z.string(),
  read: (text) => ({ ok: true, value: text }),
  write: (value) => value,
});
const Second = z.object({ words: z.array(z.string()) });
const second = defineArtifact({
  ...reading(2),
  schema: Second,
  read: (text) => ({ ok: true, value: { words: text.split("|") } }),
  write: ({ words }) => words.join("|"),
  complete: (draft) => ({ ok: true, value: draft.trim() }),
});
const greeting = defineArtifact({
  ...reading(3),
  file: "greeting.md",
  mediaType: "text/markdown",
  schema: Second,
  read: (text) => ({ ok: true, value: { words: text.split(",") } }),
  write: ({ words }) => words.join(","),
  earlier: [
    earlierVersion(second, { toCurrent: (value) => value, fromCurrent: (value) => value }),
    earlierVersion(first, { toCurrent: (text) => ({ words: text.split(" ") }) }),
  ],
});
const host = defineRole({ name: "host", port: 18101, consumes: [], produces: [optional(greeting)], check: () => [] });

describe("an artifact with earlier versions", () => {
  it("reads every version as current values, and writes those that it can", () => {
    expect(greeting.versions.map(refOf)).toEqual(["greeting@1", "greeting@2", "greeting@3"]);
    expect(greeting.writes).toEqual([2, 3]);
    expect([1, 2, 3].map((version) => greeting.at(version)?.read(["a b", "a|b", "a,b"][version - 1] ?? ""))).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, value: { words: ["a", "b"] } })),
    );
    expect(greeting.at(2)?.write({ words: ["a", "b"] })).toBe("a|b");
    expect(greeting.at(2)?.complete(" a|b ", { run: "", documents: {} })).toEqual({ ok: true, value: "a|b" });
    expect(greeting.at(4)).toBeUndefined();
  });

  it("says what to write instead of a version that is only read", () => {
    expect(() => greeting.at(1)?.write({ words: [] })).toThrow("greeting@1 is read here, and no longer written: write greeting@3.");
  });

  it("has the file name of the version", () => {
    expect([1, 3].map((version) => greeting.at(version)?.file)).toEqual(["greeting.txt", "greeting.md"]);
  });

  it("keeps its reference, and can be asked for any version, in every version", () => {
    expect(refOf(artifactAt(greeting, { greeting: 2 }))).toBe("greeting@2");
    expect(artifactAt(greeting, {}).version).toBe(3);
    expect(greeting.at(1)?.at(3)).toBe(greeting);
  });
});

const order = defineArtifact({
  ...textFile,
  name: "order",
  version: 1,
  schema: z.string(),
  read: (text) => ({ ok: true, value: text }),
  write: (value) => value,
});
const rest = { module: import.meta.url, profiles: {}, intake: { brief: order } };

describe("a pipeline over the versions of a run", () => {
  it("has each role's artifacts in the pinned versions, optional ones too", () => {
    const pipeline = definePipeline({ ...rest, given: [order], roles: [host] });
    const [role] = pipelineAt(pipeline, { greeting: 1 }).roles;
    expect(role?.produces.map((slot) => [refOf(artifactOf(slot)), "optional" in slot])).toEqual([["greeting@1", true]]);
    const given = { ...rest, intake: { brief: greeting, sources: greeting }, given: [greeting], roles: [] };
    const { intake, given: at } = pipelineAt(given, { greeting: 2 });
    expect([...at, intake.brief, intake.sources ?? order].map(refOf)).toEqual(["greeting@2", "greeting@2", "greeting@2"]);
  });

  it("refuses a version that this release does not know, and says what to do", () => {
    expect(() => roleAt(host, { greeting: 9 })).toThrow(
      "The run uses greeting@9; this release reads greeting in 1, 2, 3: upgrade this node.",
    );
  });
});
