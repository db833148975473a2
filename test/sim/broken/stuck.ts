import { type BrokenBuild, flow, node, store } from "./broken-build.ts";

/** Builds in which something never ends, or is not mended by what mends it. */
export const stuckBuilds: readonly BrokenBuild[] = [
  {
    name: "forgets its outbox when it starts again",
    breaks: ["R5.ends"],
    from: 1,
    mix: { lost: 0.25, kills: 1 },
    changes: [
      {
        file: `${store}/open-store.ts`,
        find: `  const instance = metaOf(db, "instance");`,
        put: `  db.exec("DELETE FROM outbox WHERE state = 'pending'");\n  const instance = metaOf(db, "instance");`,
      },
    ],
  },
  {
    name: "does not answer what it has answered before",
    breaks: ["R5.answers"],
    from: 1,
    mix: { unanswered: 0.25 },
    changes: [
      {
        file: `${node}/accept/create-task-handler.ts`,
        find: "if (!replayed) onAccepted(payload);",
        put: "if (replayed) await new Promise(() => undefined);\n      else onAccepted(payload);",
      },
    ],
  },
  {
    name: "leaves tasks open when their run is over",
    breaks: ["R5.nothing-left"],
    from: 1,
    changes: [{ file: `${store}/sqlite/accept.ts`, find: "        tasks.finish(run);\n", put: "" }],
  },
  {
    name: "ends no lease: neither of a process that is gone, nor one that has lapsed",
    breaks: ["R5.ends"],
    from: 1,
    mix: { kills: 1 },
    changes: [
      { file: `${store}/open-store.ts`, find: "WHERE state = 'running'\").run()", put: "WHERE state = 'none'\").run()" },
      {
        file: `${node}/consumer/lapsed-leases.ts`,
        find: "const tasks = await store.expireLeases(now);",
        put: "const tasks: readonly string[] = [];",
      },
    ],
  },
  {
    name: "refuses every retry",
    breaks: ["R10.retry"],
    from: 10,
    mix: { conducts: { throws: 0.4, "lies-nothing": 0.3 } },
    changes: [
      {
        file: `${flow}/step-retry.ts`,
        find: `if (state.state !== "open") return { refused`,
        put: `if (state.state !== "closing") return { refused`,
      },
    ],
  },
  {
    name: "ends with an error that nothing handles",
    breaks: ["R10.reopen"],
    from: 10,
    mix: { fullDisks: 2 },
    changes: [
      {
        file: `${node}/consumer/attempt-task.ts`,
        find: `(error: unknown) => logger.warn({ task: claimed.task, err: error }, "a lease could not be renewed now"),`,
        put: "(error: unknown) => {\n        throw error;\n      },",
      },
    ],
  },
];
