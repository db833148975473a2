// A reviewer, as the program of a command executor: accepts every candidate, and sends a run whose brief says "look again" back once.
import { readFileSync, writeFileSync } from "node:fs";

const again = process.env["TASUKI_EPOCH"] === "1" && readFileSync("brief.md", "utf8").includes("look again");
const items = readFileSync("in/candidate-list.md", "utf8").match(/(?<=^## )C\d+/gm) ?? [];
const review = [
  "# Verdicts\n",
  "| item | verdict | into | reason |",
  "| --- | --- | --- | --- |",
  ...items.map((item) => `| ${item} | accepted | | it was found |`),
  ...(again ? ["\n# Requests\n", "- look again"] : []),
];
writeFileSync("out/sg-review.md", `${review.join("\n")}\n`);
