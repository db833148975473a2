import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { expect, onTestFinished, test } from "vitest";
import { paragraph, toDocx } from "../testing/docx-fixture.ts";
import { toPdf } from "../testing/pdf-fixture.ts";
import { testContext } from "../testing/stage-fixture.ts";
import { createExtractor } from "./create-extractor.ts";

const mutations = Number(process.env["DOCUMENT_MUTATIONS"] ?? 60);
const seed = Number(process.env["DOCUMENT_SEED"] ?? 1);
// Guess that is said of every PDF whose objects have moved, and so tells nothing of a loss.
const everyMutatedPdf = "what its pages are, since the file is damaged";
// Words of a text that may be missing where nothing is said: those that the mutation itself hit, and their neighbours.
const mostLost = 0.1;

const sentence = (at: number): string => `The depot number ${at} opens at ${at % 24} and holds ${at * 7} barrels of oil and grain.`;
const lines = Array.from({ length: 40 }, (_, at) => sentence(at));
const japanese = Array.from({ length: 30 }, (_, at) => `第${at}倉庫は毎朝${at % 12}時に開き、油と穀物を保管する。`).join("\n");
const documents: Readonly<Record<string, { readonly name: string; readonly bytes: Uint8Array }>> = {
  text: { name: "S1.txt", bytes: Buffer.from(lines.join("\n")) },
  "text in UTF-8": { name: "S1.txt", bytes: Buffer.from(japanese) },
  "text in UTF-16": { name: "S1.txt", bytes: Buffer.from(`\uFEFF${japanese}`, "utf16le") },
  "text in Shift_JIS": {
    name: "S1.txt",
    bytes: execFileSync("python3", ["-c", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().encode('cp932'))"], {
      input: japanese,
    }),
  },
  markdown: { name: "S1.md", bytes: Buffer.from(`# Depots\n\n${lines.join("\n\n")}`) },
  table: {
    name: "S1.csv",
    bytes: Buffer.from(`number,hour,"goods, all"\n${lines.map((line, at) => `${at},${at % 24},"${line}"`).join("\n")}`),
  },
  mail: {
    name: "S1.eml",
    bytes: Buffer.from(
      `From: a@example.test\r\nTo: b@example.test\r\nSubject: Depots\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n${lines.join("\r\n")}`,
    ),
  },
  HTML: {
    name: "S1.html",
    bytes: Buffer.from(
      `<!doctype html><h1>Depots</h1>${lines.map((line) => `<p>${line}</p>`).join("\n")}<table><tr><th>a<th>b<tr><td>c<td>d</table>`,
    ),
  },
  PDF: { name: "S1.pdf", bytes: toPdf([lines.slice(0, 14), lines.slice(14, 28), lines.slice(28)]) },
  DOCX: { name: "S1.docx", bytes: toDocx(lines.map((line) => paragraph(line)).join("")) },
};

/** Numbers from 0 to below 1, the same for a seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A document with one to three places of it changed: a byte, some bytes cut out, doubled, or put in; or its end cut off. */
function mutate(bytes: Uint8Array, random: () => number): Buffer {
  let mutated = Buffer.from(bytes);
  for (let round = Math.floor(random() * 3); round >= 0; round -= 1) {
    const at = Math.floor(random() * mutated.length);
    const length = 1 + Math.floor(random() * 6);
    const kind = Math.floor(random() * 5);
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    if (kind === 0) mutated[at] = Math.floor(random() * 256);
    else if (kind === 1) mutated = Buffer.concat([before, after.subarray(length)]);
    else if (kind === 2) mutated = Buffer.concat([before, after.subarray(0, length), after]);
    else if (kind === 3) mutated = Buffer.concat([before, Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))), after]);
    else mutated = Buffer.concat([before, after.subarray(0, Math.floor(after.length * (0.95 + random() * 0.05)))]);
  }
  return mutated;
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

// guarantees: R7.read
test.for(Object.entries(documents))(
  `${mutations} mutations of a document end no reader and lose nothing silently: %s`,
  { timeout: 120_000 },
  async ([kind, { name, bytes }]) => {
    const random = createRandom(seed);
    const folder = await mkdtemp(join(tmpdir(), "tasuki-mutations-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await mkdir(join(folder, "in"));
    const all = [bytes, ...Array.from({ length: mutations }, () => mutate(bytes, random))];
    for (const [at, one] of all.entries()) await writeFile(join(folder, "in", name.replace("S1", `S${at + 1}`)), one);
    const [whole, ...sources] = await createExtractor().extract({ folder, attemptId: randomUUID(), pipeline: relay }, testContext());
    expect(sources).toHaveLength(mutations);
    const textOf = (file: string): Promise<string> => readFile(join(folder, "out", file), "utf8");
    const words = new Set(wordsOf(await textOf(whole?.text?.name ?? "none")));
    expect(words.size).toBeGreaterThan(25);
    const silent: string[] = [];
    for (const { id, text, unreadable, dropped, guessed } of sources) {
      expect(unreadable ?? "").not.toContain("the process that read it");
      if (text === undefined || dropped !== undefined || guessed?.some((one) => one !== everyMutatedPdf) === true) continue;
      const kept = new Set(wordsOf(await textOf(text.name)));
      const lost = [...words].filter((word) => !kept.has(word)).length / words.size;
      if (lost > mostLost) silent.push(`${id} lost ${Math.round(lost * 100)} %`);
    }
    // One mutation in a hundred moves lines of a PDF off its page, or over each other: nobody sees them there.
    expect(silent.length, silent.join(", ")).toBeLessThanOrEqual(kind === "PDF" ? Math.ceil(mutations / 100) : 0);
  },
);
