import { expect, test } from "vitest";
import { systemCause } from "./system-cause.ts";

const failed = (message: string, code: string): Error => Object.assign(new Error(message), { code });

test.each([
  ["EACCES: permission denied, open '/a, b/c'", "EACCES", "permission denied (EACCES)"],
  ["ELOOP: too many symbolic links encountered, stat '/a'", "ELOOP", "too many symbolic links encountered (ELOOP)"],
  ["listen EADDRINUSE: address already in use 127.0.0.1:18100", "EADDRINUSE", "address already in use (EADDRINUSE)"],
  ["connect ECONNREFUSED /data/main/operator.sock", "ECONNREFUSED", "nobody listens there (ECONNREFUSED)"],
  ["connect EPROTOTYPE /data/main/operator.sock", "EPROTOTYPE", "EPROTOTYPE"],
])("the cause that the system gave is told in words, with its code: %s", (message, code, words) => {
  expect(systemCause(failed(message, code))).toBe(words);
  expect(systemCause(new Error("fetch failed", { cause: new AggregateError([failed(message, code)]) }))).toBe(words);
});

test("of an error of another origin, the deepest message is told", () => {
  expect(systemCause(new Error("above", { cause: new Error("below") }))).toBe("below");
  expect(systemCause(Object.assign(new Error("no such key"), { code: "ERR_OSSL_NO" }))).toBe("no such key");
  expect(systemCause("thrown")).toBe("thrown");
});
