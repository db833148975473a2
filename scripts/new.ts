// `pnpm new role|artifact|decision …`: plain files, without questions. Whole files are written from the pipeline as it is.
import { parseArgs } from "node:util";
import { newArtifact, newDecision, newRole, removeArtifact, removeRole } from "./new/commands.ts";

const usage = `pnpm new role NAME --after ROLE [--consumes a,b] [--feedback d] --produces c
                                                                    a role, its app, the artifacts that it needs
pnpm new role NAME --remove [--force]                               takes a role out again, with all that only it had
pnpm new artifact NAME [--file NAME.txt|NAME.md]                    a contract for one kind of file
pnpm new artifact NAME --remove [--force]                           takes one that no role produces out again
pnpm new decision TITLE                                             half a page in docs/decisions/

A role consumes run and brief, and what --consumes adds of what is given (source-text) or produced before it; --feedback names what later
roles produce and may send back to it. --after main makes it the first. What no commit has is removed with --force alone. docs/extending.md walks through it.`;

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
      feedback: { type: "string" },
      produces: { type: "string" },
      file: { type: "string" },
      remove: { type: "boolean" },
      force: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const { help = false, ...options } = values;
  const { force = false } = options;
  const [kind, name = "", ...more] = positionals;
  if (help || kind === undefined) return [usage];
  // An option that would do nothing is a misunderstanding, which is better said than passed over.
  const only = (...names: readonly string[]): void => {
    for (const given of Object.keys(options)) if (!names.includes(given)) throw new Error(`--${given} does nothing here.\n\n${usage}`);
  };
  if (!["role", "artifact", "decision"].includes(kind)) throw new Error(`there is no '${kind}' to make.\n\n${usage}`);
  if (name === "") throw new Error(`what is the ${kind === "decision" ? "title" : "name"}: pnpm new ${kind} …\n\n${usage}`);
  if (kind === "decision") {
    only();
    return newDecision([name, ...more].join(" "), new Date().toISOString().slice(0, 10));
  }
  if (more.length > 0) throw new Error(`one name, not ${positionals.length - 1}: lists have commas and no spaces.\n\n${usage}`);
  if (kind === "artifact") {
    only(...(options.remove === true ? ["remove", "force"] : ["file"]));
    return options.remove === true ? removeArtifact(name, { force }) : newArtifact(name, options.file);
  }
  if (options.remove === true) {
    only("remove", "force");
    return removeRole(name, { force });
  }
  only("after", "consumes", "feedback", "produces");
  if (options.after === undefined) throw new Error(`say where it comes: --after ROLE, or --after main for the first.\n\n${usage}`);
  const { consumes, feedback, produces } = options;
  return newRole({ name, after: options.after, consumes: list(consumes), feedback: list(feedback), produces: list(produces) });
}

try {
  for (const line of await perform()) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
