import { definePipeline, defineRole } from "@tasuki/protocol";
import { baker, mixer, order, run, rest } from "./bakery.ts";

const neighbour = defineRole({ name: "neighbour", port: 18102, consumes: [run], produces: [], check: () => [] });
// error: role 'neighbour' has port 18102, which another role has: give it a free one
definePipeline({ ...rest, given: [run, order], roles: [mixer, baker, neighbour] });

// Main's own.
const squatter = defineRole({ name: "squatter", port: 18100, consumes: [run], produces: [], check: () => [] });
// error: role 'squatter' has port 18100, which another role has: give it a free one
definePipeline({ ...rest, given: [run, order], roles: [squatter] });
