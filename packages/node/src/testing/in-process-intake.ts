import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answerView, type Checker, checkStages, type ExtractedSource, type Extractor, sha256Of } from "@tasuki/protocol";
import { readFiles } from "./read-files.ts";

/** Takes every source for text as it is. */
export function plainExtractor(): Extractor {
  return {
    async extract({ folder }) {
      const names = (await readdir(join(folder, "in"))).filter((name) => /^S[0-9]+\./.test(name));
      return Promise.all(
        names.map(async (file): Promise<ExtractedSource> => {
          const id = file.split(".")[0] ?? file;
          const text = await readFile(join(folder, "in", file), "utf8");
          const name = `${id}.txt`;
          await writeFile(join(folder, "out", name), text);
          return {
            id,
            mediaType: "text/plain",
            extractor: "plain/1",
            text: { name, sha256: sha256Of(text), size: Buffer.byteLength(text) },
          };
        }),
      );
    },
    sweep: async () => 0,
  };
}

/** Checker in this process: every file is read by its contract, every stage is put through its gate, and views are called. */
export function inProcessChecker(): Checker {
  return {
    check: async ({ folder, pipeline, stages, producers, decisions }) =>
      checkStages(pipeline, { stages, producers, decisions, files: await readFiles(join(folder, "in")) }),
    view: async ({ folder, pipeline, view }) => JSON.parse(await answerView(pipeline, view, await readFiles(join(folder, "in")))),
  };
}
