import { mainPort, Name, operatorPort, type Pipeline } from "@tasuki/protocol";
import { type Door, edgesOf, type People } from "./edges.ts";
import { capabilityOf, operatorLevels } from "./permission.ts";
import { levelGroup, opsGroup, tagOf } from "./policy.ts";

/** Writes the whole policy file: who may reach whose port, and with which permissions. */
export function writePolicy({ pipeline, people }: { pipeline: Pipeline; people: People }): string {
  const roles = ["main", ...pipeline.roles.map((role) => Name.parse(role.name))];
  const portOf = (role: string): number => pipeline.roles.find((one) => one.name === role)?.port ?? mainPort;
  const doorOf = (door: Door, role: string): number => (door === "operator" ? operatorPort : portOf(role));
  const edges = edgesOf(pipeline, people);
  const grants = edges.map(({ why, src, to, doors, permissions }) =>
    [
      `    // ${why}`,
      `    {`,
      `      "src": ${json([src])}, "dst": ${json([tagOf(to)])}, "ip": ${json(doors.map((door) => `tcp:${doorOf(door, to)}`))},`,
      `      "app": {`,
      ...[...Map.groupBy(permissions, capabilityOf)].flatMap(([capability, some]) => [
        `        ${json(capability)}: [`,
        ...some.map((permission) => `          ${json(permission)},`),
        `        ],`,
      ]),
      `      },`,
      `    },`,
    ].join("\n"),
  );
  const reaches = (src: string, to: string): boolean =>
    edges.some((edge) => edge.src === src && edge.to === to && edge.doors.includes("bus"));
  const groups = [
    [opsGroup, people.ops] as const,
    ...operatorLevels.flatMap((level) => (people[level] === undefined ? [] : [[levelGroup(level), people[level]] as const])),
  ];
  // The tests have machines alone for sources: a control server refuses a test whose source has no address yet, and people come and go.
  const tests = roles.map((role) => {
    const others = roles.filter((one) => one !== role);
    const cell = (one: string): string => `${tagOf(one)}:${portOf(one)}`;
    const accept = others.filter((one) => reaches(tagOf(role), one)).map(cell);
    const deny = [
      ...others.filter((one) => !reaches(tagOf(role), one)).map(cell),
      ...(role === "main" ? [] : [`${tagOf("main")}:${operatorPort}`]),
      ...others.slice(0, 1).map((one) => `${tagOf(one)}:22`),
    ];
    return `    { "src": ${json(tagOf(role))}, "proto": "tcp", "accept": ${json(accept)}, "deny": ${json(deny)} },`;
  });
  return `// Written by \`pnpm policy\` from the pipeline, its ports and people.json: change those, not this file.
// One file for both layers: ports per pair (enforced by the tailnet) and, in the same grants, complete permissions per edge
// (enforced by every node, on every request). Grants only add; a request needs one permission that matches whole.
{
  "groups": {
${groups.map(([group, members]) => `    ${json(group)}: ${json(members)},`).join("\n")}
  },
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

/** Writes JSON on one line, with a space after each comma and colon. */
function json(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${json(one)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
}
