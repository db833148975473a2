import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { parsePolicy } from "@tasuki/bus";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tasuki } from "../testing/run-tasuki.ts";
import { policyFiles } from "../acl/read-policy.ts";

// The first roles and the last one, whatever roles the relay has: each hands to the next.
const [first = "", second = "", ...others] = relay.roles.map(({ name }) => name);
const last = others.at(-1) ?? "";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-acl-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The repository's policy, changed. */
async function changed(from: string, to: string): Promise<string> {
  const text = await readFile(policyFiles.policy, "utf8");
  expect(text).toContain(from);
  const path = join(folder, "policy.hujson");
  await writeFile(path, text.replace(from, to));
  return path;
}

test("check is content with the repository's own policy", async () => {
  const { code, stdout, stderr } = await tasuki(["acl", "check"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toMatch(/^[0-9]+ cells, 0 failed\n$/);
});

test("check says which cell fails, in which way, and what the pipeline would give", async () => {
  const path = await changed(`"src": ["tag:tasuki-${first}"]`, `"src": ["tag:tasuki-${last}"]`);
  const { code, stdout, stderr } = await tasuki(["acl", "check", "--policy", path]);
  expect(code).toBe(7);
  expect(stdout).toContain(`FAILED tag:tasuki-${first} > ${second}: task work is denied, and should be allowed\n`);
  expect(stdout).toContain(`FAILED tag:tasuki-${last} > ${second}: task work is allowed, and should be denied\n`);
  expect(stderr).toMatch(new RegExp(`policy\\.hujson:\\d+: tag:tasuki-${last} has more than the pipeline gives`));
  expect(stderr).toContain(`tag:tasuki-${first} lacks what the pipeline gives`);
  const { failed, ok } = JSON.parse((await tasuki(["acl", "check", "--policy", path, "--json"])).stdout) as {
    ok: boolean;
    failed: unknown[];
  };
  expect(ok).toBe(false);
  expect(failed).toContainEqual({
    src: `tag:tasuki-${last}`,
    dst: second,
    want: { call: "task", kind: "work", signed: true },
    expected: "deny",
  });
});

test("check names the line of a permission that nobody can read", async () => {
  const path = await changed('"call": "health" },', '"call": "health", "except": "sundays" },');
  const { code, stdout } = await tasuki(["acl", "check", "--policy", path]);
  expect(code).toBe(7);
  expect(stdout).toMatch(/policy\.hujson:\d+: no permission that a node can read/);
});

test("a file that is no policy is named", async () => {
  await writeFile(join(folder, "policy.hujson"), "{ grants");
  expect(await tasuki(["acl", "check", "--policy", join(folder, "policy.hujson")])).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/policy\.hujson: .*line 1/),
  });
  expect((await tasuki(["acl", "check", "--policy", join(folder, "none")])).code).toBe(3);
});

test("check says in one line that nothing is granted at all, and where ports are open to everybody", async () => {
  const path = join(folder, "tailnet.hujson");
  await writeFile(path, '{\n  "acls": [\n    { "action": "accept", "src": ["*"], "dst": ["*:*"] },\n  ],\n}\n');
  const { code, stderr } = await tasuki(["acl", "check", "--policy", path]);
  expect(code).toBe(7);
  expect(stderr.trim().split("\n")).toEqual([
    expect.stringMatching(/has no application grant of the relay.*tasuki acl print/),
    expect.stringMatching(/tailnet\.hujson:3: this opens ports from everybody/),
    expect.stringMatching(/cells, \d+ failed/),
  ]);
});

test("explain names the grant that allows, by file and line", async () => {
  const { code, stdout } = await tasuki(["acl", "explain", first, second, "upload", "run"]);
  expect(code).toBe(0);
  const line = Number(/policy\.hujson:(\d+) /.exec(stdout)?.[1]);
  expect(stdout).toContain(`allowed tag:tasuki-${first} > ${second}: upload run of 1 byte\n`);
  expect(stdout).toMatch(/^ {2}by .*policy\.hujson:\d+ \{.*"call":"upload"/m);
  const granted = (await readFile(policyFiles.policy, "utf8")).split("\n")[line - 1];
  expect(granted).toContain(`"to": "${second}", "call": "upload", "contracts": ["run"`);
});

test("explain says what the nearest grant lacks, who may instead, and what would allow it; it ends with 4", async () => {
  const cancel = await tasuki(["acl", "explain", first, second, "task", "cancel"]);
  expect(cancel.code).toBe(4);
  expect(cancel.stdout).toContain("its kinds are work");
  expect(cancel.stdout).toContain("allowed to tag:tasuki-main");
  expect(cancel.stdout).toContain(`would be allowed by {"v":1,"to":"${second}","call":"task","kinds":["cancel"]}`);
  const stranger = await tasuki(["acl", "explain", "tag:tasuki-guest", "main", "health"]);
  expect(stranger.stdout).toContain("what is not written is denied");
  const large = await tasuki(["acl", "explain", first, second, "upload", "run@1", "--bytes", "2000000000"]);
  expect(large.stdout).toContain("it is for at most 8388608 bytes");
});

test("explain knows the calls of the operator API by the level that each needs", async () => {
  const { code, stdout } = await tasuki(["acl", "explain", "ops", "main", "operator", "retry"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^allowed group:tasuki-ops > main: the operator API, to operate\n {2}by .*policy\.hujson:\d+ .*"level":"decide"/);
  const denied = await tasuki(["acl", "explain", first, "main", "operator"]);
  expect(denied.code).toBe(4);
  expect(denied.stdout.match(/^denied /gm)).toHaveLength(3);
  expect(denied.stdout).toContain('would be allowed by {"v":1,"to":"main","call":"operator","level":"read"}');
  const path = await changed('"level": "decide"', '"level": "read"');
  const short = await tasuki(["acl", "explain", "ops", "main", "operator", "answer", "--policy", path]);
  expect(short.stdout).toContain("its level is 'read'");
});

test("explain without a kind goes through all of them, and takes people's tasks as unsigned", async () => {
  const { code, stdout } = await tasuki(["acl", "explain", "ops", "main", "task"]);
  // Denied in part is not allowed: a script that asks for all gets a yes only where all are granted.
  expect(code).toBe(4);
  expect(stdout.match(/^(allowed|denied) .*$/gm)).toEqual([
    "allowed group:tasuki-ops > main: task run (unsigned)",
    "denied  group:tasuki-ops > main: task work (unsigned)",
    "denied  group:tasuki-ops > main: task nudge (unsigned)",
    "denied  group:tasuki-ops > main: task cancel (unsigned)",
    "denied  group:tasuki-ops > main: task close (unsigned)",
  ]);
  expect((await tasuki(["acl", "explain", "main", "sg", "task", "work", "--unsigned"])).stdout).toContain("it is for signed tasks");
  const { answers } = JSON.parse((await tasuki(["acl", "explain", "main", "sg", "upload", "--json"])).stdout) as {
    answers: { want: { contract: string }; by?: object }[];
  };
  const granted = answers.filter(({ by }) => by).map(({ want }) => want.contract);
  expect(granted).toEqual(expect.arrayContaining(["run", "brief", "source-text", "candidate-list", "de-raw-output", "collected"]));
  expect(granted).not.toContain("sg-review");
});

test.each([
  [["nobody", "sg", "health"], /ops, main, .*nano/],
  [["ann@example.org", "sg", "health"], /ask about 'ops'/],
  [["nano", "moon", "health"], /no role of the relay/],
  [["nano", "sg", "exec"], /no verb of the policy/],
  [["nano", "sg", "task", "steal"], /no kind: run, work/],
  [["nano", "sg", "upload", "secrets"], /no contract: run, brief/],
  [["nano", "sg", "health", "now"], /leave out/],
  [["ops", "main", "operator", "exec"], /no level or call of the operator API: read, operate, decide/],
  [["ops", "main", "operator", "link"], /whoever can open operator\.sock/],
])("explain %j says what there is", async (words, message) => {
  const { code, stdout, stderr } = await tasuki(["acl", "explain", ...words]);
  expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
  expect(stderr).toMatch(message);
});

test("print gives a policy for the people named, and says how to merge it", async () => {
  const { code, stdout } = await tasuki(["acl", "print", "--ops", "ann@example.org", "bob@example.org"]);
  expect(code).toBe(0);
  expect(stdout).toContain('"group:tasuki-ops": ["ann@example.org", "bob@example.org"]');
  expect(stdout).toMatch(/^\/\/ What Tasuki needs in a tailnet's policy\. Put the entries/);
  expect(parsePolicy(stdout).grants).toHaveLength(parsePolicy(await readFile(policyFiles.policy, "utf8")).grants.length);
  expect((await tasuki(["acl", "print", "--ops", "ann"])).code).toBe(7);
});
