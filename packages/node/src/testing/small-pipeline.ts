// A pipeline for the relay's own tests: what main gives is the real thing, the roles' files are a heading and some text.
import { defineArtifact, definePipeline, defineRole, type Pipeline } from "@tasuki/protocol";
import { brief } from "@tasuki/contracts/artifacts/brief";
import { run } from "@tasuki/contracts/artifacts/run";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import { z } from "zod";
import type { StageWork } from "./in-process-executor.ts";

const artifact = <const Name extends string>(name: Name, file: string) =>
  defineArtifact({
    name,
    file,
    version: 1,
    mediaType: "text/plain",
    maxBytes: 1_000_000,
    schema: z.object({ text: z.string(), decision: z.string().optional() }),
    read: (text, fileName) => {
      if (!text.startsWith("# "))
        return { ok: false, unmet: [{ file: fileName, line: 1, expected: "a heading", got: text.slice(0, 20), fix: "begin with '# '" }] };
      const decision = /^decision: (.*)$/m.exec(text)?.[1];
      return { ok: true, value: { text, ...(decision !== undefined && { decision }) } };
    },
    write: ({ text }) => text,
    decides: { field: "decision", forward: "converged", back: "rework" },
  });

const list = artifact("list", "list.md");
const review = artifact("review", "review.md");
const final = artifact("final", "final.txt");
export const smallPipeline: Pipeline = definePipeline({
  module: import.meta.url,
  profiles: { plain: "anything that keeps its contract" },
  intake: { brief, sources: sourceText },
  given: [run, brief, sourceText],
  roles: [
    defineRole({ name: "nano", port: 18101, consumes: [run, brief, sourceText], produces: [list], check: () => [] }),
    defineRole({ name: "sg", port: 18102, consumes: [run, brief, sourceText, list], produces: [review], check: () => [] }),
    defineRole({ name: "jp", port: 18103, consumes: [run, list, review], produces: [final], check: () => [] }),
  ],
});

/** Work that succeeds at once. */
export const smallWork: Readonly<Record<string, StageWork>> = {
  nano: ({ inputs }) => ({ "list.md": `# List\n\n${inputs["source-text"]?.length ?? 0} sources\n` }),
  sg: ({ run: id }) => ({ "review.md": `# Review of ${id}\n` }),
  jp: ({ inputs }) => ({ "final.txt": `# Final\n\n${inputs["list"]?.[0]?.text ?? ""}` }),
};
