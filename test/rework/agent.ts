// An agent of any role, as the program of a command executor: it does the role's embedded work, and what the brief says besides.
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { work as research } from "@tasuki/finder/research";
import { work as review } from "@tasuki/finder/review";
import { work as write } from "@tasuki/finder/write";

const { TASUKI_STAGE: stage = "", TASUKI_RUN: run = "", TASUKI_EPOCH: epoch = "", SEEN: seen = "" } = process.env;
const brief = readFileSync("brief.md", "utf8");
const noted = existsSync("in/notes.md") ? readFileSync("in/notes.md", "utf8") : "";
/** Number after some words of the brief, such as `rework 2 times`; 0 where they are not in it. */
const times = (words: string): number => Number(new RegExp(`${words} (\\d+) times`).exec(brief)?.[1] ?? 0);

// Inputs of the agent, for the test to look at.
appendFileSync(join(seen, `${run}.jsonl`), `${JSON.stringify({ stage, epoch: Number(epoch), in: readdirSync("in").sort(), noted })}\n`);

// The stage jp waits for the file `go`, which the test writes once a node is lost.
if (stage === "jp" && brief.includes("waits")) while (!existsSync(join(seen, "go"))) await delay(50);

const works = { nano: research, sg: review, jp: write };
const work = works[stage as keyof typeof works]; // the roles that the test gives it
const isStubborn = brief.includes("stubborn");
const names = readdirSync("in").filter((name) => !(isStubborn && name === "sg-review.md"));
const made = await work.perform(
  names.map((name) => ({ name, bytes: readFileSync(join("in", name)) })),
  { run, progress: () => undefined },
);
if (!made.ok) throw new Error(JSON.stringify(made.unmet));
for (const { name, bytes } of made.value) {
  const text = Buffer.from(bytes).toString("utf8");
  writeFileSync(join("out", name), change(name, text));
}

function change(name: string, text: string): string {
  if (name === "sg-review.md" && Number(epoch) <= times("rework"))
    return text
      .replace("decision: converged", "decision: rework")
      .replace(/# Requests\n\nNone\./, "# Requests\n\n- find the second edition");
  if (name === "jp-final.txt" && Number(epoch) <= times("return"))
    return `${text.replace("decision: accepted", "decision: returned").trimEnd()}\n\n# Requests\n\n- settle which edition counts\n`;
  // The first call of an attempt is careless; the second has the note.
  if (name === "sg-review.md" && brief.includes("careless") && noted === "") return `Here it is:\n\n\`\`\`markdown\n${text}\`\`\`\n`;
  return text;
}

if (stage === "jp" && brief.includes("asks") && !noted.includes("# answer to jp"))
  writeFileSync("out/result.json", JSON.stringify({ status: "needs-human", notes: "Which edition counts?" }));
