import { expect, test } from "vitest";
import { Health } from "./answers.ts";
import { word } from "./said.ts";

// guarantees: R7.shown
test("a word is never refused: it loses its end, and what nobody would see in it is shown as such", () => {
  expect(word().parse("nano\u001B]52;c;x\u0007\u202E")).toBe("nano\uFFFD]52;c;x\uFFFD\uFFFD");
  expect(word().parse("é".repeat(300))).toHaveLength(256);
  const health = {
    node: "nano\u009B",
    role: "nano",
    instance: "01936b1c-0000-7000-8000-000000000001",
    version: "1\r\n2",
    contracts: { reads: {}, writes: {} },
    clock: "2026-01-01T00:00:00.000Z",
    store: { state: "ok", feed: 0 },
    identity: { provider: "loopback", state: "ok" },
  };
  expect(Health.parse(health)).toMatchObject({ node: "nano\uFFFD", version: "1\uFFFD\uFFFD2" });
});
