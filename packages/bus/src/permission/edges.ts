import { broughtTo, handedTo, nextRole, type Pipeline } from "@tasuki/protocol";
import { z } from "zod";
import { sourceContract } from "../wire/taken-contracts.ts";
import { type OperatorLevel, operatorLevels, type Permission } from "./permission.ts";
import { levelGroup, opsGroup, tagOf } from "./policy.ts";

/**
 * The people who operate the relay, as the tailnet names them, and what their scripts may do: the content of `infra/tailnet/people.json`.
 * `ops` have the bus and every level of the operator API; `read`, `operate` and `decide` have that level of it, and nothing else.
 */
export const People = z.strictObject({
  ops: z.array(z.email()).min(1),
  read: z.array(z.email()).min(1).optional(),
  operate: z.array(z.email()).min(1).optional(),
  decide: z.array(z.email()).min(1).optional(),
  /** Kinds of task, beside `run`, that scripts of `ops` may post to main without a signature. None by default. */
  scripts: z
    .array(z.enum(["nudge", "cancel"]))
    .min(1)
    .optional(),
});
export type People = z.infer<typeof People>;

/**
 * The calls of main's operator API and what each needs: a level; to come by `operator.sock` itself (`socket`), which no grant replaces; or a one-time
 * link, on the loopback door (`link`). `upload` is the bus's own handler, which stands beside the procedures. A procedure without an entry does not
 * compile, and would be answered to nobody.
 */
export const operatorCalls = {
  runs: "read",
  run: "read",
  watch: "read",
  status: "read",
  health: "read",
  nodes: "read",
  relay: "read",
  view: "read",
  plan: "read",
  start: "operate",
  upload: "operate",
  nudge: "operate",
  retry: "operate",
  pause: "operate",
  resume: "operate",
  rollback: "operate",
  extend: "operate",
  cancel: "operate",
  answer: "decide",
  close: "decide",
  link: "socket",
  session: "link",
} as const satisfies Record<string, OperatorLevel | "socket" | "link">;
export type OperatorCall = keyof typeof operatorCalls;

/** Listeners of a node: its bus, and on main the operator API, which has a port of its own. */
export type Door = "bus" | "operator";

/** Permissions of a caller on the nodes of a role. `why` becomes the comment above the grant. */
export interface Edge {
  readonly why: string;
  /** A tag of machines, or a group of people. */
  readonly src: string;
  /** The role addressed. */
  readonly to: string;
  /** Doors whose ports are open on the edge. */
  readonly doors: readonly Door[];
  readonly permissions: readonly Permission[];
}

/** Cap on a text artifact, bytes: the cap of the largest contract. */
const textBytes = 8_388_608;

const upload = (to: string, contracts: readonly string[], maxBytes: number): Permission => ({
  v: 1,
  to,
  call: "upload",
  contracts: [...contracts],
  maxBytes,
});
const health = (to: string): Permission => ({ v: 1, to, call: "health" });
const status = (to: string): Permission => ({ v: 1, to, call: "status", scope: "all" });
const operator = (level: OperatorLevel): Permission => ({ v: 1, to: "main", call: "operator", level });

/** Permissions on main's bus that starting a run takes: the task itself, unsigned, and the files that it names. */
const starting = ({ intake }: Pick<Pipeline, "intake">): readonly Permission[] => [
  { v: 1, to: "main", call: "task", kinds: ["run"], unsigned: true },
  upload("main", [intake.brief.name, ...(intake.sources === undefined ? [] : [sourceContract.name])], sourceContract.maxBytes),
];

/** Permissions with which main's operator API calls main's own bus handlers for a caller of a level. */
export function permissionsBehind(pipeline: Pick<Pipeline, "intake">, level: OperatorLevel): readonly Permission[] {
  return [...(level === "read" ? [] : starting(pipeline)), status("main"), health("main")];
}

/** The table of all edges: who may do what on whose node. What is not here is denied. The policy file is written from it. */
export function edgesOf(pipeline: Pipeline, { scripts = [], ...people }: People): readonly Edge[] {
  const names = pipeline.roles.map((role) => role.name);
  const handed = (to: string): string[] => handedTo(pipeline, to).map((artifact) => artifact.name);
  const brought = (to: string): string[] => broughtTo(pipeline, to).map((artifact) => artifact.name);
  return [
    {
      why: "people and scripts start runs on main, and may look everywhere",
      src: opsGroup,
      to: "main",
      doors: ["bus", "operator"],
      permissions: [
        ...starting(pipeline),
        ...scripts.map((kind): Permission => ({ v: 1, to: "main", call: "task", kinds: [kind], unsigned: true })),
        status("main"),
        health("main"),
        operator("decide"),
      ],
    },
    ...operatorLevels
      .filter((level) => people[level] !== undefined)
      .map((level): Edge => ({
        why: `people who ${level === "read" ? "look" : level}, by main's operator API alone`,
        src: levelGroup(level),
        to: "main",
        doors: ["operator"],
        permissions: [operator(level)],
      })),
    ...names.map((to): Edge => ({
      why: `people and scripts look at ${to}`,
      src: opsGroup,
      to,
      doors: ["bus"],
      permissions: [status(to), health(to)],
    })),
    ...names.map((to): Edge => ({
      why: `main dispatches to ${to}, nudges, cancels, closes, and follows`,
      src: tagOf("main"),
      to,
      doors: ["bus"],
      permissions: [
        { v: 1, to, call: "task", kinds: ["work", "nudge", "cancel", "close"] },
        upload(to, brought(to), textBytes),
        status(to),
        health(to),
      ],
    })),
    ...names.map((name): Edge => {
      const to = nextRole(pipeline, name);
      return {
        why: `${name} hands to ${to}`,
        src: tagOf(name),
        to,
        doors: ["bus"],
        permissions: [{ v: 1, to, call: "task", kinds: ["work"] }, upload(to, handed(to), textBytes), health(to)],
      };
    }),
  ];
}
