import { definePipeline, defineRole } from "@tasuki/protocol";
import { baker, mixer, order, run, rest } from "./bakery.ts";

// error: role 'mixer' is in the pipeline twice: give one of them another name
definePipeline({ ...rest, given: [run, order], roles: [mixer, mixer, baker] });

// Another role of the same name.
const again = defineRole({ name: "baker", port: 18103, consumes: [run], produces: [], check: () => [] });
// error: role 'baker' is in the pipeline twice: give one of them another name
definePipeline({ ...rest, given: [run, order], roles: [mixer, baker, again] });

// Main opens and closes every pipeline, and stands in none.
const main = defineRole({ name: "main", port: 18103, consumes: [run], produces: [], check: () => [] });
// error: role 'main' is in the pipeline twice: give one of them another name
definePipeline({ ...rest, given: [run, order], roles: [main] });
