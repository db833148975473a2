// Reads real documents of many kinds and languages as main does at intake: `node bench/documents.ts`. Prints of each what came out, and what is said to be
// left out or guessed; at the end the time and the memory of all.
import { extractSource } from "@tasuki/executors/testing";
import { readCorpus } from "./quality/corpus.ts";

const documents = await readCorpus();
const began = performance.now();
for (const { language, kind, name, bytes } of documents) {
  const found = await extractSource(bytes, name);
  if ("unreadable" in found) {
    console.log(`${kind.padEnd(5)} ${language.padEnd(6)} ${name}: not read: ${found.unreadable}`);
    continue;
  }
  const kinds = Map.groupBy(found.blocks ?? [], (block) => block.kind);
  const blocks = [...kinds].map(([of, all]) => `${all.length} ${of}`).join(", ");
  const said = [...(found.dropped ?? []), ...(found.guessed ?? [])].join("; ");
  const cjk = found.text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0;
  console.log(
    `${kind.padEnd(5)} ${language.padEnd(6)} ${name}: ${found.text.length} characters, ${cjk} CJK${blocks && `; ${blocks}`}${said && `; said: ${said}`}`,
  );
}
const seconds = (performance.now() - began) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(`${documents.length} documents in ${seconds.toFixed(1)} s, at most ${peak.toFixed(0)} MiB of memory`);
