import { toCamel, toPascal } from "./names.ts";

/** Files by path from the root. */
export type Files = Readonly<Record<string, string>>;

export interface NewArtifact {
  readonly name: string;
  /** `translation.txt` or `translation.md`. */
  readonly file: string;
}

// The run of the example that tests go by (packages/contracts/src/testing/example-run.ts).
const exampleRunId = "01933a52-7c00-7000-8000-000000000001";

/** Files of an artifact: its contract, the test of its format, and its golden file. */
export function artifactFiles({ name, file }: NewArtifact): Files {
  const [camel, pascal] = [toCamel(name), toPascal(name)];
  const isMarkdown = file.endsWith(".md");
  const fence = isMarkdown ? "---\n" : "";
  return {
    [`packages/contracts/src/artifacts/${name}/${name}.ts`]: `import { completeHeaded, defineArtifact, formatHeaded, Id, readHeaded, Text } from "@tasuki/protocol";
import { z } from "zod";

/** ${file}: say here what it is. Every field but \`text\` is a line of the header; a field more here is a line more there, read from its text. */
export const ${pascal} = z.object({ run: Id, text: Text.min(1) });
export type ${pascal} = z.infer<typeof ${pascal}>;

const contract = { name: "${name}", version: 1, file: "${file}", schema: ${pascal} } as const;

export const ${camel} = defineArtifact({
  ...contract,
  mediaType: "${isMarkdown ? "text/markdown" : "text/plain"}",
  maxBytes: 256 * 1024,
  authoring: { prompt: "The text itself. The header is filled in afterwards." },
  read: (text, fileName) => readHeaded(text, contract, fileName),
  write: (value) => formatHeaded(contract, value),
  complete: (draft, { run }) => completeHeaded(draft, contract, { run }),
});
`,
    [`packages/contracts/src/artifacts/${name}/${name}.test.ts`]: `import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { text } from "../../testing/arbitraries.ts";
import { ${camel}, type ${pascal} } from "./${name}.ts";

const run = "${exampleRunId}";
const valueOf = (text: string): ${pascal} => ({ run, text });

test("what is written of any ${name} reads as the same value", () => {
  const some = text.filter((lines) => lines !== "");
  assert(
    property(some, (text) => {
      expect(${camel}.read(${camel}.write(valueOf(text)))).toEqual({ ok: true, value: valueOf(text) });
    }),
  );
});

test("a draft may be the text alone", () => {
  expect(${camel}.complete("Some text.\\n", { run, documents: {} })).toEqual({
    ok: true,
    value: ${camel}.write(valueOf("Some text.\\n")),
  });
});
`,
    [`packages/contracts/fixtures/artifacts/${name}.1.${isMarkdown ? "md" : "txt"}`]: `${fence}contract: ${name}@1
run: ${exampleRunId}
${fence}
What a ${name} says.
`,
  };
}
