import { broughtTo, handedTo, mainPort, Name, nextRole, type Pipeline } from "@tasuki/protocol";
import { z } from "zod";
import { sourceContract } from "../wire/taken-contracts.ts";
import { busCapability, type Permission } from "./permission.ts";
import { opsGroup, tagOf } from "./policy.ts";

/** The people who operate the relay, as the tailnet names them: the content of `infra/tailnet/people.json`. */
export const People = z.strictObject({ ops: z.array(z.email()).min(1) });
export type People = z.infer<typeof People>;

/** Cap on a text artifact, bytes: the cap of the largest contract. */
const textBytes = 8_388_608;

/** Permissions of a caller on the nodes of a role. `why` becomes the comment above the grant. */
interface Edge {
  readonly why: string;
  readonly src: string;
  readonly to: string;
  readonly permissions: readonly Permission[];
}

/** Writes the whole policy file: who may reach whose port, and with which permissions. */
export function writePolicy({ pipeline, people }: { pipeline: Pipeline; people: People }): string {
  const roles = ["main", ...pipeline.roles.map((role) => Name.parse(role.name))];
  const portOf = (role: string): number => pipeline.roles.find((one) => one.name === role)?.port ?? mainPort;
  const edges = edgesOf(pipeline);
  const grants = edges.map(({ why, src, to, permissions }) =>
    [
      `    // ${why}`,
      `    {`,
      `      "src": ${json([src])}, "dst": ${json([tagOf(to)])}, "ip": ${json([`tcp:${portOf(to)}`])},`,
      `      "app": { ${json(busCapability)}: [`,
      ...permissions.map((permission) => `        ${json(permission)},`),
      `      ] },`,
      `    },`,
    ].join("\n"),
  );
  const reaches = (src: string, to: string): boolean => edges.some((edge) => edge.src === src && edge.to === to);
  // The tests have machines alone for sources: a control server refuses a test whose source has no address yet, and people come and go.
  const tests = roles.map((role) => {
    const others = roles.filter((one) => one !== role);
    const cell = (one: string): string => `${tagOf(one)}:${portOf(one)}`;
    const accept = others.filter((one) => reaches(tagOf(role), one)).map(cell);
    const deny = [...others.filter((one) => !reaches(tagOf(role), one)).map(cell), ...others.slice(0, 1).map((one) => `${tagOf(one)}:22`)];
    return `    { "src": ${json(tagOf(role))}, "proto": "tcp", "accept": ${json(accept)}, "deny": ${json(deny)} },`;
  });
  return `// Written by \`pnpm policy\` from the pipeline, its ports and people.json: change those, not this file.
// One file for both layers: ports per pair (enforced by the tailnet) and, in the same grants, complete permissions per edge
// (enforced by every node, on every request). Grants only add; a request needs one permission that matches whole.
{
  "groups": { ${json(opsGroup)}: ${json(people.ops)} },
  "tagOwners": {
${roles.map((role) => `    ${json(tagOf(role))}: ${json([opsGroup])},`).join("\n")}
  },
  "grants": [
${grants.join("\n")}
  ],
  // Tests that the control server itself runs, against registered machines: layer 1 only. Layer 2 is tested by policy.tests.json.
  "tests": [
${tests.join("\n")}
  ],
}
`;
}

function edgesOf(pipeline: Pipeline): Edge[] {
  const handed = (to: string): string[] => handedTo(pipeline, to).map((artifact) => artifact.name);
  const brought = (to: string): string[] => broughtTo(pipeline, to).map((artifact) => artifact.name);
  const upload = (to: string, contracts: string[], maxBytes: number): Permission => ({ v: 1, to, call: "upload", contracts, maxBytes });
  const health = (to: string): Permission => ({ v: 1, to, call: "health" });
  const status = (to: string): Permission => ({ v: 1, to, call: "status", scope: "all" });
  const work = (to: string): Permission[] => [{ v: 1, to, call: "task", kinds: ["work"] }, upload(to, handed(to), textBytes), health(to)];
  const names = pipeline.roles.map((role) => role.name);
  return [
    {
      why: "people and scripts start runs on main, and may look everywhere",
      src: opsGroup,
      to: "main",
      permissions: [
        { v: 1, to: "main", call: "task", kinds: ["run"], unsigned: true },
        upload(
          "main",
          [pipeline.intake.brief.name, ...(pipeline.intake.sources === undefined ? [] : [sourceContract.name])],
          sourceContract.maxBytes,
        ),
        status("main"),
        health("main"),
      ],
    },
    ...names.map((to): Edge => ({ why: `people and scripts look at ${to}`, src: opsGroup, to, permissions: [status(to), health(to)] })),
    ...names.map((to): Edge => ({
      why: `main dispatches to ${to}, nudges, cancels, closes, and follows`,
      src: tagOf("main"),
      to,
      permissions: [
        { v: 1, to, call: "task", kinds: ["work", "nudge", "cancel", "close"] },
        upload(to, brought(to), textBytes),
        status(to),
        health(to),
      ],
    })),
    ...names.map((name): Edge => {
      const to = nextRole(pipeline, name);
      return { why: `${name} hands to ${to}`, src: tagOf(name), to, permissions: work(to) };
    }),
  ];
}

/** Writes JSON on one line, with a space after each comma and colon. */
function json(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${json(one)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
}
