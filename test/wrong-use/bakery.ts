// Parts that the wrong uses beside this file are made of: two roles, and the files between them.
import { defineArtifact, definePipeline, defineRole, optional } from "@tasuki/protocol";
import { z } from "zod";

const text = { version: 1, mediaType: "text/plain", maxBytes: 1000 } as const;
const plain = {
  ...text,
  schema: z.string(),
  read: (value: string) => ({ ok: true, value }) as const,
  write: (value: string) => value,
} as const;

export const run = defineArtifact({ ...plain, name: "run", file: "run.txt" });
export const order = defineArtifact({ ...plain, name: "order", file: "order.txt" });
export const dough = defineArtifact({
  ...text,
  name: "dough",
  file: "dough.txt",
  schema: z.object({ flour: z.string(), grams: z.number() }),
  read: (flour) => ({ ok: true, value: { flour, grams: 500 } }),
  write: ({ flour }) => flour,
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
export const rest = { module: import.meta.url, profiles: { plain: "bread" }, intake: { brief: run } };
export const bakery = definePipeline({ ...rest, given: [run, order], roles: [mixer, baker] });
