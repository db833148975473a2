import type { Files } from "./artifact-files.ts";
import { access, toCamel } from "./names.ts";

export interface NewSlot {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isMany: boolean;
}

export interface NewOutput {
  readonly name: string;
  /** True where its values are `{ run, text }`, as a generated artifact's are. */
  readonly isText: boolean;
}

export interface NewRole {
  readonly name: string;
  readonly port: number;
  /** `run` and `brief` first. */
  readonly consumes: readonly NewSlot[];
  readonly produces: readonly NewOutput[];
  /** Artifacts of later roles that may come back to it. */
  readonly feedback: readonly string[];
}

/** Files of a role in the contracts: its definition, and the test of its check. */
export function roleFiles({ name, port, consumes, produces, feedback }: NewRole): Files {
  const camel = toCamel(name);
  const texts = produces.filter(({ isText }) => isText);
  const [checked] = texts;
  const artifacts = [...new Set([...consumes.map((one) => one.name), ...produces.map((one) => one.name), ...feedback])].sort();
  const imports = artifacts.map((artifact) => `import { ${toCamel(artifact)} } from "../artifacts/${artifact}/${artifact}.ts";`);
  const slot = (one: NewSlot): string => (one.isOptional ? `optional(${toCamel(one.name)})` : toCamel(one.name));
  const hasOptional = consumes.some(({ isOptional }) => isOptional);
  const check =
    checked === undefined
      ? "check: () => [],"
      : `check({ run, brief }, outputs) {
    return collect(checkSameRun(run, brief, [${texts.map((one) => `outputs${access(one.name)}`).join(", ")}]));
  },`;
  const checkImports =
    checked === undefined ? "" : `import { collect } from "../checks/collect.ts";\nimport { checkSameRun } from "../checks/same-run.ts";\n`;
  return {
    [`packages/contracts/src/roles/${name}.ts`]: `import { defineRole${hasOptional ? ", optional" : ""} } from "@tasuki/protocol";
${imports.join("\n")}
${checkImports}
/** Say here in a sentence what ${name} does. */
export const ${camel} = defineRole({
  name: "${name}",
  port: ${port},
  consumes: [${consumes.map(slot).join(", ")}],
  produces: [${produces.map((one) => toCamel(one.name)).join(", ")}],${feedback.length === 0 ? "" : `\n  feedback: [${feedback.map(toCamel).join(", ")}],`}
  ${check}
});
`,
    ...(checked !== undefined && {
      [`packages/contracts/src/roles/${name}.test.ts`]: `import { gate } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { ${toCamel(checked.name)} } from "../artifacts/${checked.name}/${checked.name}.ts";
import { changed, stageOf } from "../testing/change-documents.ts";
import { exampleRun } from "../testing/example-run.ts";
import { ${camel} } from "./${name}.ts";

test("${name} passes its gate on the example run", () => {
  expect(gate(${camel}, stageOf(${camel}, exampleRun()), {})).toEqual([]);
});

test("a ${checked.name} of another run is refused, and the fix is told", () => {
  const other = "01933a52-7c00-7000-8000-000000000002";
  const documents = changed(exampleRun(), ${toCamel(checked.name)}, { to: (value) => ({ ...value, run: other }) });
  expect(gate(${camel}, stageOf(${camel}, documents), {})).toMatchObject([{ path: "run", got: other, fix: expect.stringContaining("write run:") }]);
});
`,
    }),
  };
}
