import { TasukiError } from "@tasuki/contracts";
import { expect, test } from "vitest";
import { toErrorFields } from "./to-error-fields.ts";

test("an error is logged with its kind, code, stack and causes, and without its details", () => {
  const unmet = [{ file: "brief.md", expected: "a question", got: "the secret plan", fix: "ask" }];
  const cause = Object.assign(new Error("no such file"), { code: "ENOENT", path: "/x" });
  const fields = toErrorFields(new TasukiError("contract_violation", "The brief asks nothing.", { unmet, cause }));
  expect(fields).toMatchObject({
    type: "TasukiError",
    code: "contract_violation",
    stack: expect.stringContaining("The brief asks nothing."),
    cause: { type: "Error", code: "ENOENT" },
  });
  expect(JSON.stringify(fields)).not.toContain("secret plan");
});

test("what is thrown but is no error is not written out, and a ring of causes ends", () => {
  expect(toErrorFields("a body")).toEqual({ type: "string" });
  const ring = new Error("ring");
  ring.cause = ring;
  expect(JSON.stringify(toErrorFields(ring))).toContain("ring");
});
