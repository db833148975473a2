import { type BrokenBuild, flow, node, store } from "./broken-build.ts";

/** Builds that do something twice, or at an epoch that is over. */
export const repeatingBuilds: readonly BrokenBuild[] = [
  {
    name: "accepts the same task twice",
    breaks: ["R2.accepted-once"],
    from: 1,
    mix: { unanswered: 0.25 },
    changes: [
      {
        file: `${node}/accept/create-task-handler.ts`,
        find: "const replay = await knownTask(request, store);",
        put: "const replay = undefined;",
      },
      { file: `${node}/accept/create-task-handler.ts`, find: "if (known?.digest === digest) return {};", put: "" },
      {
        file: `${node}/accept/create-task-handler.ts`,
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
        file: `${node}/consumer/attempt-task.ts`,
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
      { file: `${node}/accept/check-task.ts`, find: "if (epoch < known) throw", put: "if (epoch < 0) throw" },
      { file: `${store}/sqlite/accept.ts`, find: "if (payload.epoch < epoch) return", put: "if (payload.epoch < 0) return" },
    ],
  },
  {
    name: "takes a rung back when an older receipt comes late",
    breaks: ["R6.forward"],
    from: 1,
    changes: [
      {
        file: `${flow}/step-receipt.ts`,
        find: "if (isAtLeast(stage.rung, rung)) return rung",
        put: "if (stage.rung === rung) return rung",
      },
    ],
  },
  {
    name: "closes a run twice",
    breaks: ["R2.closed-once"],
    from: 1,
    changes: [
      {
        file: `${flow}/step-close.ts`,
        find: `    [{ do: "sign", state: "closed", stage: "main", ...(`,
        put: `    [{ do: "sign", state: "closed", stage: "main" }, { do: "sign", state: "closed", stage: "main", ...(`,
      },
    ],
  },
];
