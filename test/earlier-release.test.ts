// Commits that operators may still run, beside this one: their data folders are opened and their open runs closed, and nodes of both relay.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunStatus } from "@tasuki/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyCommit, hasCommit, type RepositoryCopy } from "./copy-repository.ts";
import { eventually, repository, roles } from "./local-relay.ts";
import { type MixedRelay, openMixedRelay, stageOf } from "./mixed-relay.ts";

/** A commit of the first relays, and the last one whose main sends no work back by itself. */
const [first, beforeRework] = ["926594a", "828f97e"];
const there = new Set<string>();
for (const commit of [first, beforeRework])
  if (await hasCommit(commit)) there.add(commit);
  else console.log(`${commit} is not in the history of this clone (git fetch --unshallow brings it), so no test runs beside it`);
const skipped = "(skipped where the history does not reach back to it, as in a shallow clone)";

const closed = ({ state }: RunStatus): boolean => state === "closed";
const lookAgain = "What is a receipt? When that is answered, look again.";
let earlier: RepositoryCopy;

/** The nodes of `names` are those of this commit; the others are of the earlier one. */
const releaseOf = (role: string, names: readonly string[]): string => (names.includes(role) ? repository : earlier.root);

async function start(relay: MixedRelay, names: readonly string[], now: readonly string[]): Promise<void> {
  await Promise.all(names.map((role) => relay.start(role, releaseOf(role, now))));
}

/** A run as main of the earlier commit stores it, JSON. What is `lastHop` now was `returned` in the first releases. */
function stateOf({ data }: MixedRelay, run: string): string {
  using database = new DatabaseSync(join(data, "main", "node.sqlite"), { readOnly: true });
  return String(database.prepare("SELECT state FROM run WHERE id = ?").get(run)?.["state"]);
}

/** Has sg's work done by reviewer.ts, which may send it back. */
async function setReviewer({ data }: MixedRelay): Promise<void> {
  const path = join(data, "sg", "config.jsonc");
  const argv = [process.execPath, join(import.meta.dirname, "earlier-release/reviewer.ts")];
  const executor = JSON.stringify({ kind: "command", name: "reviewer", argv });
  const config = await readFile(path, "utf8");
  await writeFile(
    path,
    config.replace(/"executor": \{[^}]*\}/, () => `"executor": ${executor}`),
  );
}

/** Main reads a version of whatever each role writes, and what sg sends back is a decision to main. Resolves with the epochs of the stages once nano and sg have done it again and the run has closed. */
async function relayWithEachOther(relay: MixedRelay): Promise<readonly number[]> {
  const [main, ...others] = await Promise.all(roles.map((role) => relay.health(role)));
  // Their digests may differ: a later release has fields more, which may be left out.
  for (const { contracts } of others)
    for (const [name, versions] of Object.entries(contracts.writes))
      expect(versions.filter((version) => main?.contracts.reads[name]?.includes(version))).not.toEqual([]);
  const run = await relay.startRun(lookAgain);
  const status = await relay.until(run, (one) => stageOf(one, "sg").block !== undefined && stageOf(one, "nano").rung === "verified");
  expect([stageOf(status, "sg").rung, stageOf(status, "jp").rung]).toEqual(["produced", "waiting"]);
  expect(stageOf(status, "sg").block?.reason).toBe("sg decided 'rework', and handed nothing on");
  await relay.retry(run);
  return (await relay.until(run, closed)).stages.map(({ epoch }) => epoch);
}

describe.skipIf(!there.has(first))(`beside ${first} ${skipped}`, () => {
  beforeAll(async () => {
    earlier = await copyCommit(first);
  });
  afterAll(async () => {
    await earlier?.[Symbol.asyncDispose]();
  });

  test("a run that waits at intake, because main has never reached jp, goes on in the hands of this commit and closes", async () => {
    await using relay = await openMixedRelay(earlier.root);
    await start(relay, ["main", "nano", "sg"], []);
    const run = await relay.startRun();
    const waits = await relay.until(run, ({ block }) => block?.owner === "jp");
    expect(waits.stages.map(({ rung }) => rung)).toEqual(["waiting", "waiting", "waiting"]);
    await Promise.all(["main", "nano", "sg"].map((role) => relay.stop(role)));
    await start(relay, roles, roles);
    expect((await relay.until(run, closed)).epoch).toBe(1);
  });

  // guarantees: R10.upgrade
  test("runs that the earlier commit left dispatched, produced, sent back and closing are closed by this one", async () => {
    await using relay = await openMixedRelay(earlier.root);
    await setReviewer(relay);
    await start(relay, ["main", "nano", "jp"], []);
    await relay.start("sg", earlier.root, { TASUKI_FAILPOINT: "accept-close.before:1" });

    const sentBack = await relay.startRun(lookAgain);
    const decision = stageOf(await relay.until(sentBack, (run) => stageOf(run, "sg").block !== undefined), "sg").block;
    const closing = await relay.startRun();
    await relay.until(closing, ({ state, awaits }) => state === "closing" && awaits.join() === "sg");
    await relay.ended("sg");
    const produced = await relay.startRun();
    await relay.until(produced, (run) => stageOf(run, "nano").rung === "produced" && stageOf(run, "sg").condition === "unreachable");
    await relay.stop("nano");
    const dispatched = await relay.startRun();
    await relay.until(dispatched, (run) => stageOf(run, "nano").rung === "dispatched");
    await Promise.all(["main", "jp"].map((role) => relay.stop(role)));

    await start(relay, roles, roles);
    const all = await Promise.all([closing, produced, dispatched].map((run) => relay.until(run, closed)));
    expect(all.map(({ epoch }) => epoch)).toEqual([1, 1, 1]);
    expect(stageOf(await relay.until(sentBack, () => true), "sg").block).toMatchObject({ ...decision });
    await relay.retry(sentBack);
    expect((await relay.until(sentBack, closed)).stages.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
  });

  test("a run whose last hop the earlier main has accepted, from a jp that it could not read, is closed once this one can", async () => {
    await using relay = await openMixedRelay(earlier.root);
    await start(relay, roles, []);
    await relay.until(await relay.startRun(), closed);
    await relay.stop("main");
    const path = join(relay.data, "main", "config.jsonc");
    const config = await readFile(path, "utf8");
    await writeFile(path, config.replace(/("jp": \{ "url": "http:\/\/127\.0\.0\.1:)\d+/, "$11"));
    await relay.start("main", earlier.root);
    const run = await relay.startRun();
    expect(stageOf(await relay.until(run, (status) => stageOf(status, "jp").rung === "accepted"), "jp").block).toBeUndefined();
    await relay.handedOff("jp", run);
    // Main's store can be read while it is stopped only, and main may have been stopped before it had read its own feed.
    await eventually(async () => {
      await relay.stop("main");
      if (/"(?:returned|lastHop)":/.test(stateOf(relay, run))) return true;
      await relay.start("main", earlier.root);
      return undefined;
    });

    await writeFile(path, config);
    await Promise.all(roles.map((role) => relay.replace(role, repository)));
    expect((await relay.until(run, closed)).epoch).toBe(1);
  });

  // guarantees: R10.upgrade, R11.given-out
  test.each([
    { who: "main", first: ["main"] },
    { who: "nano and jp", first: ["nano", "jp"] },
  ])(
    "$who of this commit and the other nodes of the earlier one relay with each other, and so they do when sg is of this one",
    async ({ first }) => {
      await using relay = await openMixedRelay(earlier.root);
      await setReviewer(relay);
      await start(relay, roles, first);
      expect(await relayWithEachOther(relay)).toEqual([2, 2, 2]);
      await relay.replace("sg", repository);
      expect(await relayWithEachOther(relay)).toEqual([2, 2, 2]);
      if (!first.includes("main")) return;
      // Once sg has seen a grant of main's, it waits for main's word where nano, which is of the earlier commit, hands on without one.
      const retried = await relay.startRun(lookAgain);
      await relay.until(retried, (status) => stageOf(status, "sg").block !== undefined && stageOf(status, "nano").rung === "verified");
      await relay.retry(retried, "sg");
      expect((await relay.until(retried, closed)).stages.map(({ epoch }) => epoch)).toEqual([1, 2, 2]);
      expect((await relay.until(await relay.startRun(), closed)).epoch).toBe(1);
    },
  );
});

describe.skipIf(!there.has(beforeRework))(`beside ${beforeRework} ${skipped}`, () => {
  beforeAll(async () => {
    earlier = await copyCommit(beforeRework);
  });
  afterAll(async () => {
    await earlier?.[Symbol.asyncDispose]();
  });

  // guarantees: R4.sent-back
  test("what sg of the earlier commit sends back waits for a person while nano is of that commit too, and goes to nano of this one by itself", async () => {
    await using relay = await openMixedRelay(earlier.root);
    await setReviewer(relay);
    await start(relay, roles, ["main"]);
    expect(await relayWithEachOther(relay)).toEqual([2, 2, 2]);
    await relay.replace("nano", repository);
    const { stages, rounds } = await relay.until(await relay.startRun(lookAgain), closed);
    expect(stages.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
    expect(rounds).toMatchObject([{ by: "sg", to: "nano", decision: "rework" }]);
  });
});
