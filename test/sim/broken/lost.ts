import { type BrokenBuild, bus, store } from "./broken-build.ts";

/** Builds that lose what they acknowledged, or take what they must not. */
export const losingBuilds: readonly BrokenBuild[] = [
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
    name: "keeps small files in rows without their bytes",
    breaks: ["R1.files-kept"],
    from: 1,
    changes: [
      {
        file: `${store}/sqlite/blob-rows.ts`,
        find: "known?.content ?? (bytes &&",
        put: "known?.content ?? (bytes === null &&",
      },
    ],
  },
  {
    name: "keeps large files without waiting for the disk",
    breaks: ["R1.files-kept"],
    from: 1,
    mix: { kills: 1, powerLost: 1 },
    changes: [{ file: `${store}/files/stage-bytes.ts`, find: "  await file.sync();\n", put: "" }],
  },
  {
    name: "accepts a file of another name",
    breaks: ["R7.names"],
    from: 1,
    changes: [{ file: `${bus}/wire/taken-contracts.ts`, find: "isFile: isSourceFile }", put: "isFile: () => true }" }],
  },
  {
    name: "acknowledges a run that it does not keep",
    breaks: ["R1.run-kept"],
    from: 1,
    changes: [{ file: `${store}/sqlite/accept.ts`, find: "if (run !== undefined) runs.save(run);", put: "" }],
  },
];
