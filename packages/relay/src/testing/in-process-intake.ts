import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Checker, checkStages, type ExtractedSource, type Extractor, sha256Of } from "@tasuki/contracts";
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

/** Main's own check in this process: every file by its contract, every stage by its gate. */
export function inProcessChecker(): Checker {
  return {
    check: async ({ folder, pipeline, stages, producers }) =>
      checkStages(pipeline, { stages, producers, files: await readFiles(join(folder, "in")) }),
  };
}
