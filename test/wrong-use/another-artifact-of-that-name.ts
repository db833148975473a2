import { defineArtifact, definePipeline, defineRole } from "@tasuki/protocol";
import { z } from "zod";
import { baker, bread, dough, mixer, order, run, rest } from "./bakery.ts";

const text = { version: 1, mediaType: "text/plain", maxBytes: 1000 } as const;
const other = { ...text, schema: z.number(), read: () => ({ ok: true, value: 1 }) as const, write: String } as const;
const otherDough = defineArtifact({ ...other, name: "dough", file: "dough.txt" });
const otherBread = defineArtifact({ ...other, name: "bread", file: "bread.txt" });
const given = [run, order] as const;

const mistaken = defineRole({ name: "baker", port: 18102, consumes: [run, otherDough], produces: [bread], check: () => [] });
// error: role 'baker' consumes another 'dough' than the one that comes to it: name the artifact that is given or produced before it
definePipeline({ ...rest, given, roles: [mixer, mistaken] });

const misheard = defineRole({ ...mixer, feedback: [otherBread] });
// error: role 'mixer' has another 'bread' as feedback than a later role produces: name the artifact of that role
definePipeline({ ...rest, given, roles: [misheard, baker] });

// Any number of loaves is not the one that the baker produces.
const loaves = defineArtifact({
  ...text,
  name: "bread",
  file: "bread*.txt",
  many: true,
  schema: z.string(),
  read: (value) => ({ ok: true, value }),
  write: (value) => value,
});
const counting = defineRole({ ...mixer, feedback: [loaves] });
// error: role 'mixer' has another 'bread' as feedback than a later role produces: name the artifact of that role
definePipeline({ ...rest, given, roles: [counting, baker] });

const right = defineRole({ name: "baker", port: 18102, consumes: [run, dough], produces: [bread], check: () => [] });
definePipeline({ ...rest, given, roles: [defineRole({ ...mixer, feedback: [bread] }), right] });
