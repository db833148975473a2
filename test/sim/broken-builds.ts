import type { FaultMix } from "./faults.ts";

/** A build that is broken on purpose: what the product must not do, done. The checker has to notice. */
export interface BrokenBuild {
  readonly name: string;
  /** Guarantees (docs/guarantees.md) of which one must be found broken. */
  readonly breaks: readonly string[];
  /** The first seed to try; the break shows within a few from there. */
  readonly from: number;
  /** Faults that it takes, and that most seeds have too little of. */
  readonly mix?: Partial<FaultMix>;
  /** All of them: what one layer lets through, another one often stops. */
  readonly changes: readonly {
    /** From the repository's root. */
    readonly file: string;
    /** Stands there exactly once. */
    readonly find: string;
    readonly put: string;
  }[];
}

const store = "packages/store/src";
const relay = "packages/relay/src";

export const brokenBuilds: readonly BrokenBuild[] = [
  {
    name: "acknowledges before the commit",
    breaks: ["R1.ack-durable"],
    from: 1,
    mix: { killedAfterAnswer: 0.15 },
    changes: [
      {
        file: `${store}/sqlite/transact.ts`,
        find: `  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;`,
        put: `  if (!db.isTransaction) {
    db.exec("BEGIN IMMEDIATE");
    setTimeout(() => {
      try {
        db.exec("COMMIT");
      } catch {
        if (db.isTransaction) db.exec("ROLLBACK");
      }
    }, 500);
  }
  try {
    return work();`,
      },
    ],
  },
  {
    name: "commits without waiting for the disk",
    breaks: ["R1.ack-durable"],
    from: 1,
    mix: { kills: 1, powerLost: 1 },
    changes: [{ file: `${store}/sqlite/open-database.ts`, find: "PRAGMA synchronous = FULL", put: "PRAGMA synchronous = OFF" }],
  },
  {
    name: "keeps files without waiting for the disk",
    breaks: ["R1.files-kept"],
    from: 1,
    mix: { kills: 1, powerLost: 1 },
    changes: [{ file: `${store}/files/stage-file.ts`, find: "  await file.sync();\n", put: "" }],
  },
  {
    name: "forgets its outbox when it starts again",
    breaks: ["R5.ends"],
    from: 1,
    mix: { lost: 0.25, kills: 1 },
    changes: [
      {
        file: `${store}/open-store.ts`,
        find: `  const instance = db.prepare("SELECT value`,
        put: `  db.exec("DELETE FROM outbox WHERE state = 'pending'");\n  const instance = db.prepare("SELECT value`,
      },
    ],
  },
  {
    name: "accepts the same task twice",
    breaks: ["R2.accepted-once"],
    from: 1,
    mix: { unanswered: 0.25 },
    changes: [
      {
        file: `${relay}/accept/create-task-handler.ts`,
        find: "const replay = knownTask(request, store);",
        put: "const replay = undefined;",
      },
      { file: `${relay}/accept/create-task-handler.ts`, find: "if (known?.digest === digest) return {};", put: "" },
      {
        file: `${relay}/accept/create-task-handler.ts`,
        find: "if (known !== undefined)\n",
        put: "if (known?.digest !== digest && known)\n",
      },
      {
        file: `${store}/sqlite/accept.ts`,
        find: "if (known !== undefined) return known.digest",
        put: "if (known && known.digest !== digest) return known.digest",
      },
      { file: `${store}/sqlite/accept.ts`, find: 'AND epoch = :epoch").get({', put: 'AND epoch = :epoch AND id <> :id").get({\n      id,' },
      { file: `${store}/sqlite/accept.ts`, find: "({ run, stage, epoch }: TaskPayload)", put: "({ id, run, stage, epoch }: TaskPayload)" },
      { file: `${store}/sqlite/accept.ts`, find: "INSERT INTO task (id,", put: "INSERT OR REPLACE INTO task (id," },
    ],
  },
  {
    name: "accepts a file of another name",
    breaks: ["R7.names"],
    from: 1,
    changes: [{ file: `${relay}/bus/taken-contracts.ts`, find: "isFile: isSourceFile }", put: "isFile: () => true }" }],
  },
  {
    name: "takes the late output of a fenced attempt",
    breaks: ["R2.fenced", "R2.produced-once", "R6.stale"],
    from: 1,
    mix: { decisions: 6 },
    changes: [
      {
        file: `${store}/sqlite/attempts.ts`,
        find: "AND state = 'running' AND attempt = :attempt AND boot = :boot",
        put: "AND :attempt > 0 AND :boot <> ''",
      },
      {
        file: `${relay}/consumer/run-attempt.ts`,
        find: "|| row.attempt !== claimed.attempt) lose();",
        put: "&& row === undefined) lose();",
      },
    ],
  },
  {
    name: "accepts a task of a lower epoch",
    breaks: ["R6.stale"],
    from: 12,
    mix: { decisions: 6, lost: 0.25, copied: 0.3, slow: 0.2 },
    changes: [
      { file: `${relay}/accept/check-task.ts`, find: "if (epoch < known) throw", put: "if (epoch < 0) throw" },
      { file: `${store}/sqlite/accept.ts`, find: "if (payload.epoch < epoch) return", put: "if (payload.epoch < 0) return" },
    ],
  },
  {
    name: "shows a hand-off that nobody acknowledged",
    breaks: ["R3.proven"],
    from: 1,
    changes: [
      {
        file: `${relay}/flow/settle.ts`,
        find: `next !== undefined && isAtLeast(next.rung, "accepted") &&`,
        put: `next !== undefined && isAtLeast(next.rung, "dispatched") &&`,
      },
    ],
  },
  {
    name: "believes a receipt that a stranger signed",
    breaks: ["R3.proven"],
    from: 1,
    mix: { forged: 0.3 },
    changes: [
      {
        file: `${relay}/outbox/deliver.ts`,
        find: "readReceipt(receipt, { trust, node: nodeOf(to) })",
        put: "readReceipt(receipt, { trust: { ...trust, verify: () => true }, node: nodeOf(to) })",
      },
      {
        file: `${relay}/flow/read-entry.ts`,
        find: "readReceipt(envelope, { trust, node });",
        put: "readReceipt(envelope, { trust: { ...trust, verify: () => true }, node });",
      },
    ],
  },
  {
    name: "closes a run whose files it has not checked",
    breaks: ["R4.checked"],
    from: 1,
    mix: { conducts: { "lies-content": 0.3 } },
    changes: [
      {
        file: `${relay}/flow/verify.ts`,
        find: "    return await checker.check(",
        put: '    if (folder !== "") return [];\n    return await checker.check(',
      },
    ],
  },
  {
    name: "closes a run before every node has archived it",
    breaks: ["R4.archived"],
    from: 1,
    changes: [
      {
        file: `${relay}/flow/settle.ts`,
        find: "!state.route.every((role) => state.archived.includes(role))",
        put: "!state.route.some((role) => state.archived.includes(role))",
      },
    ],
  },
];
