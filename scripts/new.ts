// `pnpm new role|artifact|decision …`: plain files, without questions. What is written whole is written from the pipeline as it is.
import { parseArgs } from "node:util";
import { newArtifact, newDecision, newRole, removeRole } from "./new/commands.ts";

const usage = `pnpm new role NAME --after ROLE [--consumes a,b] --produces c     a role, its app, the artifacts that it needs
pnpm new role NAME --remove                                         takes a role out again, with all that only it had
pnpm new artifact NAME [--file NAME.txt|NAME.md]                    a contract for one kind of file
pnpm new decision TITLE                                             half a page in docs/decisions/

A role consumes run and brief, and what --consumes adds of what is given (source-text) or produced before it. --after main makes it
the first. docs/extending.md walks through it.`;

const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");

async function perform(): Promise<string[]> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      after: { type: "string" },
      consumes: { type: "string" },
      produces: { type: "string" },
      file: { type: "string" },
      remove: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [kind, name = "", ...more] = positionals;
  if (values.help === true || kind === undefined) return [usage];
  if (name === "" || (more.length > 0 && kind !== "decision")) throw new Error(usage);
  switch (kind) {
    case "role":
      if (values.remove === true) return removeRole(name);
      if (values.after === undefined) throw new Error(`say where it comes: --after ROLE, or --after main for the first.\n\n${usage}`);
      return newRole({ name, after: values.after, consumes: list(values.consumes), produces: list(values.produces) });
    case "artifact":
      return newArtifact(name, values.file);
    case "decision":
      return newDecision([name, ...more].join(" "), new Date().toISOString().slice(0, 10));
    default:
      throw new Error(`there is no '${kind}' to make.\n\n${usage}`);
  }
}

try {
  for (const line of await perform()) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
