// The process that reads raw sources: one after another, each finished on disk before the next is begun, so that
// whoever started it knows which source killed it.
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileNameOf } from "@tasuki/contracts";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import { extractSource } from "./extract-source.ts";
import { ExtractRequest, type ExtractNote } from "./extract-notes.ts";

const request = ExtractRequest.parse(await json(process.stdin));
const note = (line: ExtractNote): void => appendFileSync(request.notes, `${JSON.stringify(line)}\n`);

for (const { id, name } of request.sources) {
  note({ id, begun: true });
  const extraction = await extractSource(await readFile(join(request.from, name)), name);
  process.stdout.write(`${id}\n`);
  if ("unreadable" in extraction) {
    note({ id, ...extraction });
    continue;
  }
  const file = fileNameOf(sourceText, Number(id.slice(1)));
  const parsed = sourceText.parse(extraction.text, file);
  if (!parsed.ok) {
    const [first] = parsed.unmet;
    note({
      id,
      mediaType: extraction.mediaType,
      unreadable: `its text breaks the contract: expected ${first?.expected}, found ${first?.got}`,
    });
    continue;
  }
  const bytes = Buffer.from(extraction.text, "utf8");
  await writeFile(join(request.to, file), bytes);
  const { mediaType, extractor } = extraction;
  note({ id, mediaType, extractor, text: { name: file, sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length } });
}
