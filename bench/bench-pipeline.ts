import { defineArtifact, definePipeline, defineRole, type Pipeline } from "@tasuki/contracts";
import { brief } from "@tasuki/contracts/artifacts/brief";
import { run } from "@tasuki/contracts/artifacts/run";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import type { StageWork } from "@tasuki/relay/testing";
import { z } from "zod";

/** A file of any text: what is measured is the relay, not what it carries. */
const file = <const Name extends string>(name: Name) =>
  defineArtifact({
    name,
    file: `${name}.txt`,
    version: 1,
    mediaType: "text/plain",
    maxBytes: 1_000_000,
    schema: z.string(),
    parse: (text) => ({ ok: true, value: text }),
    format: (text) => text,
  });

const [found, raw, review, final] = [file("found"), file("raw"), file("review"), file("final")];

/** The shape of the shipped relay: three roles, four files, one hop back to main. */
export const benchPipeline: Pipeline = definePipeline({
  given: [run, brief, sourceText],
  roles: [
    defineRole({ name: "nano", port: 18101, consumes: [run], produces: [found, raw], check: () => [] }),
    defineRole({ name: "sg", port: 18102, consumes: [run, found, raw], produces: [review], check: () => [] }),
    defineRole({ name: "jp", port: 18103, consumes: [run, review], produces: [final], check: () => [] }),
  ],
});

// The run's id makes the bytes of each run its own: nothing is there already.
const kilobyte = (id: string): string => `${id}\n`.repeat(28).slice(0, 1024);

/** Work that takes no time: 1 KB a file. */
export const benchWork: Readonly<Record<string, StageWork>> = {
  nano: ({ run: id }) => ({ "found.txt": kilobyte(`found ${id}`), "raw.txt": kilobyte(`raw ${id}`) }),
  sg: ({ run: id }) => ({ "review.txt": kilobyte(`review ${id}`) }),
  jp: ({ run: id }) => ({ "final.txt": kilobyte(`final ${id}`) }),
};
