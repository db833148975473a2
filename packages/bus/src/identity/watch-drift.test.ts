import { expect, test } from "vitest";
import { policy, quiet, smallPipeline } from "../testing/bus-fixture.ts";
import { parsePolicy } from "../permission/policy.ts";
import { writePolicy } from "../permission/write-policy.ts";
import type { Permission } from "../permission/permission.ts";
import type { Caller } from "./identity.ts";
import { watchDrift } from "./watch-drift.ts";

const health: Permission = { v: 1, to: "editor", call: "health" };

function watch(role = "editor", own = policy) {
  let next: Caller = { principal: "", roles: [], nodes: [], permissions: [] };
  const warnings: unknown[] = [];
  const identity = watchDrift(
    {
      provider: "tailscale",
      identify: async () => next,
      outbound: async () => ({}),
      state: () => "ok",
      [Symbol.asyncDispose]: async () => undefined,
    },
    { policy: own, role, logger: { ...quiet, warn: (fields) => void warnings.push(fields) } },
  );
  return {
    warnings,
    drift: identity.drift,
    comes: async (caller: Caller): Promise<void> => {
      next = caller;
      expect(await identity.identify({ address: "100.64.0.2", port: 1 })).toBe(caller);
    },
  };
}

test("a caller with just what the file grants is no drift, in whatever order the network says it", async () => {
  const { comes, drift } = watch();
  const permissions = policy.permissionsFor({ tags: ["tag:tasuki-writer"] }, "editor").toReversed();
  await comes({ principal: "node:writer", roles: ["writer"], nodes: ["writer"], permissions });
  await comes({
    principal: "ops:ann@example.com",
    roles: [],
    nodes: [],
    permissions: policy.permissionsFor({ groups: ["group:tasuki-ops"] }, "editor"),
  });
  expect(drift()).toEqual([]);
});

test("a caller who is granted more, or less, is named once, until that is mended", async () => {
  const { comes, drift, warnings } = watch();
  await comes({ principal: "node:writer", roles: ["writer"], nodes: ["writer"], permissions: [health] });
  await comes({ principal: "node:writer", roles: ["writer"], nodes: ["writer"], permissions: [] });
  await comes({
    principal: "node:main",
    roles: ["main"],
    nodes: ["main"],
    permissions: [{ v: 1, to: "editor", call: "task", kinds: ["run"] }],
  });
  expect(drift()).toEqual(["node:main", "node:writer"]);
  expect(warnings).toEqual([{ principal: "node:writer" }, { principal: "node:main" }]);
  await comes({
    principal: "node:writer",
    roles: ["writer"],
    nodes: ["writer"],
    permissions: policy.permissionsFor({ tags: ["tag:tasuki-writer"] }, "editor"),
  });
  expect(drift()).toEqual(["node:main"]);
});

test("a machine with two roles is granted what both are", async () => {
  const { comes, drift } = watch();
  const tags = ["tag:tasuki-main", "tag:tasuki-writer"];
  await comes({
    principal: "node:main+writer",
    roles: ["main", "writer"],
    nodes: ["main", "writer"],
    permissions: policy.permissionsFor({ tags }, "editor"),
  });
  expect(drift()).toEqual([]);
});

test("a person is granted what the groups give that they are in, whichever these are; a level that no group gives is drift", async () => {
  const people = { ops: ["ann@example.com"], read: ["bob@example.com"], operate: ["ann@example.com"] };
  const own = parsePolicy(writePolicy({ pipeline: smallPipeline, people }));
  const { comes, drift } = watch("main", own);
  const asPerson = (principal: string, permissions: readonly Permission[]) => comes({ principal, roles: [], nodes: [], permissions });
  await asPerson("ops:bob@example.com", own.permissionsFor({ groups: ["group:tasuki-read"] }, "main"));
  await asPerson("ops:ann@example.com", own.permissionsFor({ groups: ["group:tasuki-ops", "group:tasuki-operate"] }, "main"));
  expect(drift()).toEqual([]);
  await asPerson("ops:bob@example.com", [{ v: 1, to: "main", call: "operator", level: "decide" }]);
  // A tailnet whose policy is older than main's operator API.
  const older = own.permissionsFor({ groups: ["group:tasuki-ops"] }, "main").filter(({ call }) => call !== "operator");
  await asPerson("ops:ann@example.com", older);
  expect(drift()).toEqual(["ops:ann@example.com", "ops:bob@example.com"]);
});

test("this machine itself, and people who are none of the operators, are granted by other rules", async () => {
  const { comes, drift } = watch();
  await comes({ principal: "self", roles: [], nodes: [], permissions: [health] });
  await comes({ principal: "ops:guest@example.com", roles: [], nodes: [], permissions: [] });
  expect(drift()).toEqual([]);
});
