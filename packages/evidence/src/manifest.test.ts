import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toManifest } from "./manifest.ts";

const a = "a".repeat(64);
const b = "b".repeat(64);

test("a manifest is what sha256sum reads: sorted by path, each path once", () => {
  const entries = [
    { path: "run.json", sha256: b },
    { path: "evidence/x.json", sha256: a },
    { path: "run.json", sha256: b },
  ];
  expect(toManifest(entries)).toBe(`${a}  evidence/x.json\n${b}  run.json\n`);
});

test("the order of the entries does not matter", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-zA-Zé/._-]{1,12}$/), { maxLength: 20 }), (paths) => {
      const entries = paths.map((path) => ({ path, sha256: a }));
      expect(toManifest(entries)).toBe(toManifest(entries.toReversed()));
    }),
  );
});

test("a path with two contents, or one that sha256sum would write in another form, is refused", () => {
  expect(() =>
    toManifest([
      { path: "x", sha256: a },
      { path: "x", sha256: b },
    ]),
  ).toThrow(/two files at 'x'/);
  expect(() => toManifest([{ path: "x\ny", sha256: a }])).toThrow(/can't hold the path/);
});
