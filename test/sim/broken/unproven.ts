import { type BrokenBuild, evidence, flow, node } from "./broken-build.ts";

/** Builds that show or close what is not proven, or sign in another way than is promised. */
export const unprovenBuilds: readonly BrokenBuild[] = [
  {
    name: "shows a hand-off that nobody acknowledged",
    breaks: ["R3.proven"],
    from: 1,
    changes: [
      {
        file: `${flow}/conclude.ts`,
        find: `next !== undefined && isAtLeast(next.rung, "accepted") &&`,
        put: `next !== undefined && isAtLeast(next.rung, "dispatched") &&`,
      },
    ],
  },
  {
    name: "sends work back with a file that is not checked",
    breaks: ["R4.sent-back"],
    from: 1,
    mix: { conducts: { rework: 0.5 } },
    changes: [
      {
        file: `${flow}/step-send-back.ts`,
        find: "back === true && pulled && checked &&",
        put: "back === true && pulled &&",
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
        file: `${node}/outbox/deliver.ts`,
        find: "readReceipt(receipt, { trust, node })",
        put: "readReceipt(receipt, { trust: { ...trust, verify: () => true }, node })",
      },
      {
        file: `${node}/orchestrator/read-entry.ts`,
        find: "verifyEnvelope(envelope, { trust, node: name, payloadType: receiptPayloadType });",
        put: "verifyEnvelope(envelope, { trust: { ...trust, verify: () => true }, node: name, payloadType: receiptPayloadType });",
      },
    ],
  },
  {
    name: "believes the acceptance of a task that nobody sent",
    breaks: ["R3.proven"],
    from: 60,
    mix: { lies: 1 },
    changes: [
      {
        file: `${evidence}/belief.ts`,
        find: 'if (task === undefined) return "it follows from no task that is known to have been sent";',
        put: "if (task === undefined) return undefined;",
      },
    ],
  },
  {
    name: "believes work on a task that was never accepted",
    breaks: ["R3.proven"],
    from: 1,
    mix: { lies: 1 },
    changes: [
      {
        file: `${evidence}/belief.ts`,
        find: 'if (before === undefined) return "it follows from no receipt that is known";',
        put: "if (before === undefined) return undefined;",
      },
    ],
  },
  {
    name: "believes that a role was sent what it sent to itself",
    breaks: ["R3.proven"],
    from: 20,
    mix: { lies: 1 },
    changes: [
      {
        file: `${node}/orchestrator/known-messages.ts`,
        find: "return task !== undefined && isSendersToSend(task, kept.place(run)) ? task : undefined;",
        put: "return task;",
      },
    ],
  },
  {
    name: "believes an acceptance of other files than were sent",
    breaks: ["R3.proven"],
    from: 1,
    mix: { lies: 1 },
    changes: [{ file: `${evidence}/belief.ts`, find: "return isOverAll ? undefined :", put: "return isOverAll || true ? undefined :" }],
  },
  {
    name: "believes an acceptance in the name of another task",
    breaks: ["R3.proven"],
    from: 60,
    mix: { lies: 1 },
    changes: [{ file: `${evidence}/belief.ts`, find: "if (id !== payload.id || run", put: "if (run" }],
  },
  {
    name: "closes a run whose files it has not checked",
    breaks: ["R4.checked"],
    from: 1,
    mix: { conducts: { "lies-content": 0.3 } },
    changes: [
      {
        file: `${node}/orchestrator/verify.ts`,
        find: "    return checker.check(",
        put: '    if (folder !== "") return [];\n    return checker.check(',
      },
    ],
  },
  {
    name: "closes a run before every node has archived it",
    breaks: ["R4.archived"],
    from: 1,
    changes: [
      {
        file: `${flow}/step-close.ts`,
        find: "state.route.every((role) => archived.includes(role)",
        put: "state.route.some((role) => archived.includes(role)",
      },
    ],
  },
  {
    name: "signs for another place in its feed",
    breaks: ["R3.signed"],
    from: 1,
    changes: [
      {
        file: `${evidence}/notary.ts`,
        find: "instance, at, index }, subjects",
        put: "instance, at, index: index + 1 }, subjects",
      },
    ],
  },
  {
    name: "writes its feed in any form",
    breaks: ["R3.feed"],
    from: 1,
    changes: [{ file: `${evidence}/notary.ts`, find: "return canonicalJson({ ...facts", put: "return JSON.stringify({ ...facts" }],
  },
  {
    name: "signs a result that follows from nothing before it",
    breaks: ["R3.chain"],
    from: 1,
    changes: [{ file: `${node}/consumer/role-worker.ts`, find: "sealAfter(prev) };", put: "sealAfter(row.digest) };" }],
  },
  {
    name: "signs a text itself",
    breaks: ["R9.texts"],
    from: 1,
    changes: [{ file: `${evidence}/notary.ts`, find: "{ named: { text: {", put: "{ named: { reason: text, text: {" }],
  },
];
