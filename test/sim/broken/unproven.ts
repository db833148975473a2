import { type BrokenBuild, relay } from "./broken-build.ts";

/** Builds that show or close what is not proven. */
export const unprovenBuilds: readonly BrokenBuild[] = [
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
  {
    name: "signs for another place in its feed",
    breaks: ["R3.signed"],
    from: 1,
    changes: [
      {
        file: `${relay}/node/create-notary.ts`,
        find: "instance, at, index }, subjects",
        put: "instance, at, index: index + 1 }, subjects",
      },
    ],
  },
  {
    name: "writes its feed in any form",
    breaks: ["R3.feed"],
    from: 1,
    changes: [{ file: `${relay}/node/create-notary.ts`, find: "{ leaf: canonicalJson({", put: "{ leaf: JSON.stringify({" }],
  },
  {
    name: "signs a result that follows from nothing before it",
    breaks: ["R3.chain"],
    from: 1,
    changes: [{ file: `${relay}/consumer/role-worker.ts`, find: "prev: row.lastReceipt,", put: "prev: row.digest," }],
  },
];
