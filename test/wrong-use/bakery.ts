// What the wrong uses beside this file are made of: two roles, and the files between them.
import { defineArtifact, definePipeline, defineRole, optional } from "@tasuki/contracts";
import { z } from "zod";

const text = { version: 1, mediaType: "text/plain", maxBytes: 1000 } as const;
const plain = {
  ...text,
  schema: z.string(),
  parse: (value: string) => ({ ok: true, value }) as const,
  format: (value: string) => value,
} as const;

export const run = defineArtifact({ ...plain, name: "run", file: "run.txt" });
export const order = defineArtifact({ ...plain, name: "order", file: "order.txt" });
export const dough = defineArtifact({
  ...text,
  name: "dough",
  file: "dough.txt",
  schema: z.object({ flour: z.string(), grams: z.number() }),
  parse: (flour) => ({ ok: true, value: { flour, grams: 500 } }),
  format: ({ flour }) => flour,
});
export const note = defineArtifact({ ...plain, name: "note", file: "note.txt" });
export const bread = defineArtifact({ ...plain, name: "bread", file: "bread.txt" });

export const mixer = defineRole({
  name: "mixer",
  port: 18101,
  consumes: [run, order],
  produces: [dough, optional(note)],
  check: () => [],
});
export const baker = defineRole({ name: "baker", port: 18102, consumes: [run, dough], produces: [bread], check: () => [] });
export const bakery = definePipeline({ given: [run, order], roles: [mixer, baker] });
