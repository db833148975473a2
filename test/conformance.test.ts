// `tasuki conformance` on every role of a relay of real processes: as the operator, as the role before it, and on the node's own socket.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalRelay, portOf, roles, startLocalRelay, tasuki } from "./local-relay.ts";

let relay: LocalRelay;
beforeAll(async () => {
  relay = await startLocalRelay();
});
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
});

/** The role that hands on to a role; for main, the last of them. */
const before = (role: string): string => roles.at(roles.indexOf(role) - 1) ?? "";
const secretOf = (role: string, caller: "operator" | "neighbour"): string =>
  caller === "operator" ? "operator-secret" : join(before(role), "identity", "secret");
const callers = ["operator", "neighbour", "socket"] as const;

async function check(role: string, caller: (typeof callers)[number]) {
  const where =
    caller === "socket"
      ? ["--socket", join(relay.data, role, "bus.sock")]
      : [`http://127.0.0.1:${portOf(role, relay.portBase)}`, "--token-file", join(relay.data, secretOf(role, caller))];
  const { code, stdout, stderr } = await tasuki("conformance", ...where, "--json");
  const report = JSON.parse(stdout) as { ok: boolean; role: string; requests: number; checks: { name: string; result: string }[] };
  expect(report.requests).toBeGreaterThan(500);
  return {
    code,
    stderr,
    ok: report.ok,
    role: report.role,
    checks: report.checks.length,
    failed: report.checks.filter((one) => one.result === "fail"),
  };
}

test.each(roles)("%s is narrow, as the operator, the role before it and its own machine see it", async (role) => {
  const whole = { code: 0, stderr: "", ok: true, role, checks: 20, failed: [] };
  expect(await Promise.all(callers.map((caller) => check(role, caller)))).toEqual(callers.map(() => whole));
});

test("a caller who is not known is told so, and that the node can't be checked as him", async () => {
  const { code, stderr } = await tasuki("conformance", `http://127.0.0.1:${relay.portBase}`);
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining("no bearer token") });
});

test("a place where no node is, is unreachable", async () => {
  expect((await tasuki("conformance", "--socket", join(relay.data, "none.sock"))).code).toBe(6);
});
