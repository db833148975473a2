import { type BrokenBuild, node } from "./broken-build.ts";

/** Builds in which what one node lies about reaches others: runs, nodes, or main's disk. */
export const spreadingBuilds: readonly BrokenBuild[] = [
  {
    name: "does work that main has not given out",
    breaks: ["R11.given-out"],
    from: 1,
    mix: { lies: 1 },
    changes: [
      {
        file: `${node}/accept/check-grant.ts`,
        find: 'if (kind !== "work" || role === "main") return undefined;',
        put: 'if (kind !== "work" || role !== "") return undefined;',
      },
    ],
  },
  {
    name: "does work under a grant of another run",
    breaks: ["R11.given-out"],
    from: 1,
    mix: { lies: 1 },
    changes: [
      {
        file: `${node}/accept/check-grant.ts`,
        find: 'if (doubt === undefined) return "granted";',
        put: 'if (doubt !== "") return "granted";',
      },
    ],
  },
  {
    name: "reads a feed again and again from a message that does not hold good",
    breaks: ["R11.contained"],
    from: 1,
    mix: { lies: 0.4 },
    changes: [{ file: `${node}/orchestrator/read-entry.ts`, find: "        faults.push(error);\n", put: "        throw error;\n" }],
  },
  {
    name: "keeps what a node says of runs that main never had",
    breaks: ["R11.peers"],
    from: 1,
    mix: { lies: 0.4 },
    changes: [{ file: `${node}/orchestrator/read-entry.ts`, find: "if (!kept.isMains(run)) return undefined;", put: "" }],
  },
  {
    name: "keeps whatever a node says of a run",
    breaks: ["R11.peers"],
    from: 1,
    mix: { lies: 1 },
    changes: [
      {
        file: `${node}/orchestrator/evidence-budget.ts`,
        find: "to.digests.size >= messagesAtMost || to.bytes + message.bytes > most",
        put: "false",
      },
    ],
  },
];
