import { parseRunFile, versionsIn } from "@tasuki/protocol";
import { describe, expect, it } from "vitest";
import { exampleRun } from "../../testing/example-run.ts";
import { run } from "./run.ts";

const text = exampleRun()["run"]?.[0]?.text ?? "";

describe("a run.json", () => {
  it("is read in the version that it says it is of", () => {
    expect(parseRunFile(text).contract).toBe("run@1");
    expect(() => parseRunFile(text.replace("run@1", "run@7"))).toThrow(/run.json is of version 7.*upgrade this node/);
    expect(() => parseRunFile("{}")).toThrow("run.json breaks its contract.");
  });

  it("tells the versions that it pins, even where the rest of it can't be read", () => {
    expect(versionsIn(text)).toMatchObject({ run: 1, "jp-final": 2 });
    expect(versionsIn('{"versions": {"brief": 3}}')).toEqual({ brief: 3, run: 1 });
    expect([versionsIn("no JSON"), versionsIn('{"versions": 3}')]).toEqual([{}, {}]);
  });

  it("is refused where it is nested deeper than the call stack goes, like any other that breaks its contract", () => {
    const deep = `${'{"a":'.repeat(300_000)}1${"}".repeat(300_000)}`;
    expect(run.read(`{"profile":${deep}}`)).toMatchObject({ ok: false });
  });
});
