import type { Files } from "./artifact-files.ts";
import { access, toCamel } from "./names.ts";
import type { NewRole, NewSlot } from "./role-files.ts";

/** Parts that every app of a role has alike, as an app that is there has them. */
export interface Neighbour {
  readonly manifest: Readonly<Record<string, unknown>> & { readonly devDependencies?: Readonly<Record<string, string>> };
  readonly tsconfig: string;
  readonly env: string;
}

/** Files of an app: its environment as its neighbours', its role's name, its work, and the test of that. */
export function appFiles(role: NewRole, { manifest, tsconfig, env }: Neighbour): Files {
  const { name } = role;
  const folder = `apps/${name}`;
  const own = {
    ...manifest,
    name: `@tasuki/app-${name}`,
    devDependencies: { ...manifest.devDependencies, ...(isWritten(role) && { vitest: "catalog:" }) },
    tasuki: { role: name },
  };
  return {
    [`${folder}/package.json`]: `${JSON.stringify(own, null, 2)}\n`,
    [`${folder}/tsconfig.json`]: tsconfig,
    [`${folder}/src/env.ts`]: env,
    [`${folder}/src/main.ts`]: `import { relay } from "@tasuki/contracts/relay";
import { createExecutor, createJudge } from "@tasuki/executors";
import { serveNode } from "@tasuki/node";
import { readEnv } from "./env.ts";

await serveNode({
  role: "${name}",
  pipeline: relay,
  readEnv,
  work: ({ executor }, { variables }) => ({
    executor: createExecutor(executor, { environment: variables, work: { module: import.meta.resolve("./work.ts") } }),
    judge: createJudge(relay),
  }),
});
`,
    [`${folder}/src/work.ts`]: workFile(role),
    ...(isWritten(role) && {
      [`${folder}/src/work.test.ts`]: `import { exampleRun } from "@tasuki/contracts/testing";
import { tryWork } from "@tasuki/executors/testing";
import { expect, test } from "vitest";
import { work } from "./work.ts";

test("what ${name} writes on the example run keeps its contracts and passes its gate", async () => {
  expect(await tryWork(work, exampleRun())).toMatchObject({ unmet: [] });
});
`,
    }),
  };
}

/** True where a text can stand for every output until somebody writes the real work. */
function isWritten({ produces }: NewRole): boolean {
  return produces.every(({ isText }) => isText);
}

function workFile(role: NewRole): string {
  const { name, consumes, produces } = role;
  const head = `import { ${toCamel(name)} } from "@tasuki/contracts/roles/${name}";
import { defineExecutor } from "@tasuki/executors";
`;
  if (!isWritten(role))
    return `${head}
/** The work of ${name}: what it consumes in, typed, and exactly what it produces out. Each attempt runs in a child process with limits. */
export const work = defineExecutor(${toCamel(name)}, () => {
  throw new Error("the work of ${name} is not written yet: apps/${name}/src/work.ts");
});
`;
  const read = consumes.filter((one) => one.name !== "run").map(toDocuments);
  const outputs = produces.map((one) => `${JSON.stringify(one.name)}: { run, text }`);
  return `${head}
/**
 * The work of ${name}: what it consumes in, typed, and exactly what it produces out. Each attempt runs in a child process with limits.
 * This first version only says what it was handed. The real work goes here.
 */
export const work = defineExecutor(${toCamel(name)}, (inputs) => {
  const { run } = inputs.run.value;
  const read = [${read.join(", ")}].map((document) => \`\${document.name}, \${document.size} bytes, SHA-256 \${document.sha256}\\n\`);
  const text = \`${name} was handed these files, and adds nothing to them yet.\\n\\n\${read.join("")}\`;
  return { ${outputs.join(", ")} };
});
`;
}

function toDocuments({ name, isMany, isOptional }: NewSlot): string {
  const held = `inputs${access(name)}`;
  if (isMany) return `...${held}`;
  return isOptional ? `...(${held} ? [${held}] : [])` : held;
}
