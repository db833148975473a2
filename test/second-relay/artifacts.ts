// Artifacts that a bakery hands on: an order and what customers noted, the dough, the bread.
import { completeHeaded, defineArtifact, defineRun, formatHeaded, Line, parseText, readHeaded } from "@tasuki/protocol";
import { z } from "zod";

export const run = defineRun(z.enum(["crisp", "soft"]));

/** order.txt: what is to be baked, as the customer says it. */
export const order = defineArtifact({
  name: "order",
  version: 1,
  file: "order.txt",
  mediaType: "text/plain",
  maxBytes: 1000,
  schema: z.object({ loaves: z.int().positive(), grain: Line }),
  read(text, file) {
    const [, loaves, grain] = /^([1-9][0-9]*) loa(?:f|ves) of ([a-z]+)\n?$/.exec(text) ?? [];
    if (grain !== undefined) return { ok: true, value: { loaves: Number(loaves), grain } };
    const got = text.slice(0, 40);
    return {
      ok: false,
      unmet: [{ file, line: 1, expected: "an order, such as '2 loaves of rye'", got, fix: "say how many, and of which grain" }],
    };
  },
  write: ({ loaves, grain }) => `${loaves} loaves of ${grain}\n`,
});

/** note1.txt, note2.txt, …: what customers gave with the order. */
export const note = defineArtifact({
  name: "note",
  version: 1,
  file: "note*.txt",
  many: true,
  mediaType: "text/plain",
  maxBytes: 10_000,
  schema: z.string(),
  read: parseText,
  write: (text) => text,
});

const doughContract = {
  name: "dough",
  version: 1,
  file: "dough.txt",
  schema: z.object({ grain: Line, grams: z.coerce.number<string>(), text: z.string() }),
} as const;

/** dough.txt: how much of what, and what was mixed in. */
export const dough = defineArtifact({
  ...doughContract,
  mediaType: "text/plain",
  maxBytes: 10_000,
  read: (text, fileName) => readHeaded(text, doughContract, fileName),
  write: (value) => formatHeaded(doughContract, value),
  complete: (draft) => completeHeaded(draft, doughContract, {}),
});

const breadContract = {
  name: "bread",
  version: 1,
  file: "bread.txt",
  schema: z.object({ outcome: z.enum(["risen", "flat"]), crust: Line, text: z.string() }),
} as const;

/** bread.txt: what came out of the oven. A flat one goes back to the dough. */
export const bread = defineArtifact({
  ...breadContract,
  mediaType: "text/plain",
  maxBytes: 10_000,
  read: (text, fileName) => readHeaded(text, breadContract, fileName),
  write: (value) => formatHeaded(breadContract, value),
  decides: { field: "outcome", forward: "risen", back: "flat" },
});
