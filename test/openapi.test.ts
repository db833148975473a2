// docs/openapi.json against a real node, by a program that knows nothing of it (schemathesis, a pinned version of it: .ci/run installs it).
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHostileRelay } from "./hostile/hostile-relay.ts";
import { finish, repository } from "./local-relay.ts";

const isThere = ((): boolean => {
  try {
    execFileSync("schemathesis", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const examples = 60;
// Not `missing_required_header`, which wants a 401: an unknown caller is refused by 403, since nothing that he could send makes him known.
// Nor `positive_data_acceptance`: a task can be well formed, and yet too late, or name files that are not there.
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "unsupported_method",
  "ignored_auth",
];

if (!isThere) console.log("schemathesis is not on the PATH: docs/openapi.json is not checked against a node");

test.runIf(isThere)("a node answers as docs/openapi.json says (skipped where there is no schemathesis)", { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-openapi-"));
  try {
    await using relay = await startHostileRelay();
    const [way] = relay.ways;
    // This node has the loopback identity, so a token is not one of two ways but the only one.
    const document = JSON.parse(await readFile(join(repository, "docs/openapi.json"), "utf8")) as { security: object[] };
    const path = join(folder, "openapi.json");
    await writeFile(path, JSON.stringify({ ...document, security: document.security.slice(0, 1) }));
    const { code, stdout } = await finish(
      "schemathesis",
      [
        ["run", path, "--url", `http://${way?.endpoint.host}`, "--header", `Authorization: Bearer ${way?.endpoint.token}`],
        [
          "--checks",
          checks.join(","),
          "--max-examples",
          String(examples),
          "--max-time",
          "35",
          "--seed",
          "1",
          "--no-color",
          "--warnings",
          "off",
        ],
        ["--generation-database", "none", "--no-shrink"],
      ].flat(),
      { cwd: folder },
    );
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("4 selected / 4 total");
    expect(relay.nodes.map((node) => node.isRunning())).toEqual([true, true]);
    expect(relay.told()).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
