import { defineArtifact, definePipeline, defineRole, type Pipeline } from "@tasuki/protocol";
import { brief } from "@tasuki/contracts/artifacts/brief";
import { run } from "@tasuki/contracts/artifacts/run";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import type { StageWork } from "@tasuki/node/testing";
import { z } from "zod";

/** An artifact of any text: the relay is measured, and not its artifacts. */
const file = <const Name extends string>(name: Name) =>
  defineArtifact({
    name,
    file: `${name}.txt`,
    version: 1,
    mediaType: "text/plain",
    maxBytes: 1_000_000,
    schema: z.string(),
    read: (text) => ({ ok: true, value: text }),
    write: (text) => text,
  });

const [found, raw, review, final] = [file("found"), file("raw"), file("review"), file("final")];

/** A pipeline with the work of its roles. */
interface BenchPipeline {
  readonly pipeline: Pipeline;
  /** Work that takes no time, by role. */
  readonly work: Readonly<Record<string, StageWork>>;
}

const common = {
  module: import.meta.url,
  profiles: { plain: "anything that keeps its contract" },
  intake: { brief, sources: sourceText },
  given: [run, brief, sourceText],
} as const;

// The run's id is in the bytes, so that no run finds the files of another already there.
const kilobyte = (id: string): string => `${id}\n`.repeat(28).slice(0, 1024);

/** A pipeline of the shape of the shipped one: three roles, four files of 1 KB, one hop back to main. */
const files: BenchPipeline = {
  pipeline: definePipeline({
    ...common,
    roles: [
      defineRole({ name: "nano", port: 18101, consumes: [run], produces: [found, raw], check: () => [] }),
      defineRole({ name: "sg", port: 18102, consumes: [run, found, raw], produces: [review], check: () => [] }),
      defineRole({ name: "jp", port: 18103, consumes: [run, review], produces: [final], check: () => [] }),
    ],
  }),
  work: {
    nano: ({ run: id }) => ({ "found.txt": kilobyte(`found ${id}`), "raw.txt": kilobyte(`raw ${id}`) }),
    sg: ({ run: id }) => ({ "review.txt": kilobyte(`review ${id}`) }),
    jp: ({ run: id }) => ({ "final.txt": kilobyte(`final ${id}`) }),
  },
};

/** A pipeline of messages, as queues relay them: roles without artifacts, which hand on `run.json` alone. */
const messages: BenchPipeline = {
  pipeline: definePipeline({
    ...common,
    roles: [
      defineRole({ name: "nano", port: 18101, consumes: [run], produces: [], check: () => [] }),
      defineRole({ name: "sg", port: 18102, consumes: [run], produces: [], check: () => [] }),
      defineRole({ name: "jp", port: 18103, consumes: [run], produces: [], check: () => [] }),
    ],
  }),
  work: { nano: () => ({}), sg: () => ({}), jp: () => ({}) },
};

/** The pipelines that the relay is measured with. All have the same roles. */
export const benchPipelines = { files, messages };
export type BenchPipelineName = keyof typeof benchPipelines;
