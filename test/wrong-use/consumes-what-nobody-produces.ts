import { definePipeline, defineRole, optional } from "@tasuki/protocol";
import { baker, bread, dough, mixer, order, run, rest } from "./bakery.ts";

// Roles in the wrong order: the dough comes later.
// error: role 'baker' consumes 'dough', which nothing before it produces: add it to 'given', or put its producer earlier
definePipeline({ ...rest, given: [run, order], roles: [baker, mixer] });

// An order that main does not give.
// error: role 'mixer' consumes 'order', which nothing before it produces: add it to 'given', or put its producer earlier
definePipeline({ ...rest, given: [run], roles: [mixer, baker] });

// Nobody makes it, though the role could do without.
const taster = defineRole({ name: "taster", port: 18103, consumes: [run, optional(bread)], produces: [], check: () => [] });
// error: role 'taster' consumes 'bread', which nothing before it produces: add it to 'given', or put its producer earlier
definePipeline({ ...rest, given: [run, order], roles: [mixer, taster] });

// Two of them: each is named.
const oven = defineRole({ name: "oven", port: 18104, consumes: [run, dough, bread], produces: [], check: () => [] });
// error: role 'oven' consumes 'dough', which nothing before it produces: add it to 'given', or put its producer earlier
definePipeline({ ...rest, given: [run], roles: [oven] });
