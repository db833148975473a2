import { toCamel } from "./names.ts";

/** `packages/contracts/src/relay.ts`, whole: imports, and the pipeline of these artifacts and roles. */
export function writeRelay({ given, roles }: { readonly given: readonly string[]; readonly roles: readonly string[] }): string {
  const imports = [
    ...given.map((name) => `import { ${toCamel(name)} } from "./artifacts/${name}.ts";`).sort(),
    `import { definePipeline } from "./define-pipeline.ts";`,
    ...roles.map((name) => `import { ${toCamel(name)} } from "./roles/${name}.ts";`).sort(),
  ];
  return `${imports.join("\n")}

export const relay = definePipeline({ given: [${given.map(toCamel).join(", ")}], roles: [${roles.map(toCamel).join(", ")}] });
`;
}
