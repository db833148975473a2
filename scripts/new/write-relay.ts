import { toCamel } from "./names.ts";

/** `packages/contracts/src/relay.ts`, whole: imports, and the pipeline of these artifacts and roles. */
export function writeRelay({ given, roles }: { readonly given: readonly string[]; readonly roles: readonly string[] }): string {
  const imports = [
    `import { definePipeline } from "@tasuki/protocol";`,
    ...given.map((name) => `import { ${toCamel(name)} } from "./artifacts/${name}/${name}.ts";`).sort(),
    ...roles.map((name) => `import { ${toCamel(name)} } from "./roles/${name}.ts";`).sort(),
    `import { intake, profiles, views } from "./requests.ts";`,
  ];
  return `${imports.join("\n")}

export const relay = definePipeline({
  module: import.meta.url,
  profiles,
  intake,
  given: [${given.map(toCamel).join(", ")}],
  roles: [${roles.map(toCamel).join(", ")}],
  views,
});
`;
}
