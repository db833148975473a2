// Reads real documents of many kinds and languages as main does at intake: `node bench/documents.ts`. Prints of each what came out, and what is said to be
// left out or guessed, and of PDF and DOCX the recall against another program's words; at the end the time and the memory of all.
import { extractSource } from "@tasuki/executors/testing";
import { readCorpus } from "./quality/corpus.ts";
import { recallOf } from "./quality/recall.ts";

const documents = await readCorpus();
// Kinds of which another program reads the words too.
const compared = new Set(["pdf", "docx"]);
let unmeasured = 0;
// The floor of the words of a PDF or a DOCX that come out.
const leastRecall = 0.99;
let seconds = 0;
for (const { language, kind, name, bytes } of documents) {
  const began = performance.now();
  const found = await extractSource(bytes, name);
  seconds += (performance.now() - began) / 1000;
  if ("unreadable" in found) {
    console.log(`${kind.padEnd(5)} ${language.padEnd(6)} ${name}: not read: ${found.unreadable}`);
    // A file of no kind that is read is refused; one of such a kind is lost.
    if (kind !== "odt") process.exitCode = 1;
    continue;
  }
  const kinds = Map.groupBy(found.blocks ?? [], (block) => block.kind);
  const blocks = [...kinds].map(([of, all]) => `${all.length} ${of}`).join(", ");
  const said = [...(found.dropped ?? []), ...(found.guessed ?? [])].join("; ");
  const cjk = found.text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0;
  const recall = await recallOf(found.text, { kind, bytes });
  if (recall !== undefined && recall.share < leastRecall) {
    console.log(`BELOW THE FLOOR: ${name} recall ${recall.share.toFixed(4)} < ${leastRecall}`);
    process.exitCode = 1;
  }
  if (recall === undefined && compared.has(kind)) unmeasured += 1;
  const share = recall
    ? `; recall ${recall.share.toFixed(4)}${recall.lacking.length > 0 ? ` (lacks ${recall.lacking.slice(0, 6).join(", ")})` : ""}`
    : "";
  console.log(
    `${kind.padEnd(5)} ${language.padEnd(6)} ${name}: ${found.text.length} characters, ${cjk} CJK${share}${blocks && `; ${blocks}`}${said && `; said: ${said}`}`,
  );
}
if (unmeasured > 0) {
  console.log(`RECALL NOT MEASURED of ${unmeasured} documents: is there a \`pdftotext\` (poppler-utils), and an \`unzip\`?`);
  process.exitCode = 1;
}
if (documents.length === 0) {
  console.log("NOTHING MEASURED: no document of corpus.tsv could be had");
  process.exitCode = 1;
}
const peak = process.resourceUsage().maxRSS / 1024;
console.log(`${documents.length} documents in ${seconds.toFixed(1)} s, at most ${peak.toFixed(0)} MiB of memory`);
