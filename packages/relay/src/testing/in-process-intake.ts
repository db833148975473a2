import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  artifactOf,
  type Checker,
  type ExtractedSource,
  type Extractor,
  gate,
  isFileOf,
  readDocuments,
  roleOf,
  sha256Of,
  type Slot,
  type StageFile,
} from "@tasuki/contracts";

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
    async check({ folder, pipeline, stages, producers }) {
      const names = await readdir(join(folder, "in"));
      const files = await Promise.all(
        names.map(async (name): Promise<StageFile> => ({ name, bytes: await readFile(join(folder, "in", name)) })),
      );
      const of = (slots: readonly Slot[]) =>
        readDocuments(
          slots,
          files.filter(({ name }) => slots.some((slot) => isFileOf(artifactOf(slot), name))),
        );
      return stages.flatMap((stage) => {
        const role = roleOf(pipeline, stage);
        if (role === undefined) return [];
        const inputs = of(role.consumes);
        const outputs = of(role.produces);
        if (!inputs.ok) return inputs.unmet;
        if (!outputs.ok) return outputs.unmet;
        return gate(role, { inputs: inputs.value, outputs: outputs.value }, { producer: producers[stage] });
      });
    },
  };
}
