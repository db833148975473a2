import { definePipeline, defineRole } from "@tasuki/protocol";
import { baker, bread, dough, mixer, order, run, rest } from "./bakery.ts";

const proud = defineRole({ name: "proud", port: 18103, consumes: [run, bread], produces: [], feedback: [dough], check: () => [] });
// error: role 'proud' has feedback 'dough', which no later role produces: name an artifact of a role after it
definePipeline({ ...rest, given: [run, order], roles: [mixer, baker, proud] });

const heedful = defineRole({ ...mixer, feedback: [bread] });
definePipeline({ ...rest, given: [run, order], roles: [heedful, baker] });
