import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePolicy } from "@tasuki/relay";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tasuki } from "../cli/cli-fixture.ts";
import { policyFiles } from "./read-policy.ts";

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
  const path = await changed('"src": ["tag:tasuki-nano"]', '"src": ["tag:tasuki-jp"]');
  const { code, stdout, stderr } = await tasuki(["acl", "check", "--policy", path]);
  expect(code).toBe(7);
  expect(stdout).toContain("FAILED tag:tasuki-nano > sg: task work is denied, and should be allowed\n");
  expect(stdout).toContain("FAILED tag:tasuki-jp > sg: task work is allowed, and should be denied\n");
  expect(stderr).toMatch(/policy\.hujson:\d+: tag:tasuki-jp has more than the pipeline gives/);
  expect(stderr).toContain("tag:tasuki-nano lacks what the pipeline gives");
  const { failed, ok } = JSON.parse((await tasuki(["acl", "check", "--policy", path, "--json"])).stdout) as {
    ok: boolean;
    failed: unknown[];
  };
  expect(ok).toBe(false);
  expect(failed).toContainEqual({
    src: "tag:tasuki-jp",
    dst: "sg",
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

test("explain names the grant that allows, by file and line", async () => {
  const { code, stdout } = await tasuki(["acl", "explain", "sg", "jp", "upload", "sg-review"]);
  expect(code).toBe(0);
  const line = Number(/policy\.hujson:(\d+) /.exec(stdout)?.[1]);
  expect(stdout).toMatch(/^allowed tag:tasuki-sg > jp: upload sg-review of 1 byte\n {2}by .*policy\.hujson:\d+ \{.*"call":"upload"/);
  expect((await readFile(policyFiles.policy, "utf8")).split("\n")[line - 1]).toContain('"sg-review"], "maxBytes"');
});

test("explain says what the nearest grant lacks, who may instead, and what would allow it; it ends with 4", async () => {
  const cancel = await tasuki(["acl", "explain", "nano", "sg", "task", "cancel"]);
  expect(cancel.code).toBe(4);
  expect(cancel.stdout).toContain("its kinds are work");
  expect(cancel.stdout).toContain("allowed to tag:tasuki-main");
  expect(cancel.stdout).toContain('would be allowed by {"v":1,"to":"sg","call":"task","kinds":["cancel"]}');
  const stranger = await tasuki(["acl", "explain", "tag:tasuki-guest", "main", "health"]);
  expect(stranger.stdout).toContain("what is not written is denied");
  const large = await tasuki(["acl", "explain", "jp", "main", "upload", "jp-final@1", "--bytes", "2000000000"]);
  expect(large.stdout).toContain("it is for at most 8388608 bytes");
});

test("explain without a kind goes through all of them, and takes people's tasks as unsigned", async () => {
  const { code, stdout } = await tasuki(["acl", "explain", "ops", "main", "task"]);
  expect(code).toBe(0);
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
  expect(answers.filter(({ by }) => by).map(({ want }) => want.contract)).toEqual([
    "run",
    "brief",
    "source-text",
    "candidate-list",
    "de-raw-output",
    "collected",
  ]);
});

test.each([
  [["nobody", "sg", "health"], /ops, main, nano/],
  [["nano", "moon", "health"], /no role of the relay/],
  [["nano", "sg", "exec"], /no verb of the bus/],
  [["nano", "sg", "task", "steal"], /no kind: run, work/],
  [["nano", "sg", "upload", "secrets"], /no contract: run, brief/],
  [["nano", "sg", "health", "now"], /leave out/],
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
