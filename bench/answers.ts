// Answers questions on real manuals as a relay does: `node bench/answers.ts`. Prints how many top answers are right, and each wrong one.
import { measureDocuments } from "./quality/measure-documents.ts";

// The floor is what the project promises of them; a document that can't be had takes its questions with it.
const floor = 68 / 96;
const shown = 200;

const { top, three, furniture, wrong, unmet } = await measureDocuments();
const right = (tally: typeof top): string => `${Math.round(tally.share() * tally.total)} of ${tally.total}`;
console.log(`answers: ${top.total} questions on manuals, written by somebody who had not seen the program`);
console.log(`  top answer right        ${right(top)}; among the first three ${right(three)}`);
console.log(`  of furniture            ${furniture.join(", ") || "none"}; gates: ${unmet[0] ?? "all hold"}`);
console.log(`  not right               ${top.faults().join("; ") || "none"}`);
for (const one of wrong) {
  console.log(`  ${one.id} ${one.question}\n    right: ${one.wanted} (${one.right})`);
  console.log(`    answered: ${one.got.replaceAll(/\s+/g, " ").trim().slice(0, shown)}`);
}
if (top.total > 0 && (top.share() < floor || furniture.length > 0 || unmet.length > 0)) {
  console.log(`BELOW THE FLOOR: of the top answers ${floor.toFixed(3)} must be right, none may be furniture, and every gate must hold`);
  process.exitCode = 1;
}
