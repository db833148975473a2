import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContractRef, FileName, Id, Name, parseContractRef, Sha256 } from "./identifiers.ts";

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, values: readonly unknown[]): unknown[] =>
  values.filter((value) => schema.safeParse(value).success);

describe("identifiers", () => {
  it("takes file names that are safe as they are, on every system, and repairs none", () => {
    const good = ["a", "S1.txt", "candidate-list.md", "A_b.c-9", "x".repeat(128)];
    const bad = ["", ".", "..", ".hidden", "-rf", "_a", "a/b", "a\\b", "a b", "a\n", "ä.txt", "a\0", "x".repeat(129), "C:", 7, null];
    expect(accepts(FileName, [...good, ...bad])).toEqual(good);
  });

  it("takes names of roles, nodes and artifacts in one spelling", () => {
    const good = ["a", "nano", "source-text", "a1"];
    expect(accepts(Name, [...good, "", "Nano", "1a", "-a", "a_b", "a.b", "a ", "a".repeat(65)])).toEqual(good);
  });

  it("takes digests in lower case only, so that equal digests are equal strings", () => {
    const good = "0a".repeat(32);
    expect(accepts(Sha256, [good, good.toUpperCase(), good.slice(1), `${good}0`, `${good}\n`])).toEqual([good]);
  });

  it("takes UUIDs of version 7 only", () => {
    const good = "01932c07-5a5e-7cc0-8d3e-2f1f6d3f9a10";
    expect(accepts(Id, [good, "01932c07-5a5e-4cc0-8d3e-2f1f6d3f9a10", `${good} `, ""])).toEqual([good]);
  });

  it("takes a contract reference apart as it was put together", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,63}$/), fc.integer({ min: 1, max: 999_999 }), (name, version) => {
        expect(parseContractRef(ContractRef.parse(`${name}@${version}`))).toEqual({ name, version });
      }),
    );
    expect(accepts(ContractRef, ["a@0", "a@01", "a", "@1", "a@1@2", "a@1000000", "a@1 "])).toEqual([]);
  });
});
