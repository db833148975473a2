import { definePipeline } from "../define-pipeline.ts";
import { relay } from "../relay.ts";
import { jp } from "../roles/jp.ts";
import { nano } from "../roles/nano.ts";
import { sg } from "../roles/sg.ts";

/** The roles that the example run and the arbitrary stages are about, whatever else the relay has here. */
export const exampleRelay = definePipeline({ given: relay.given, roles: [nano, sg, jp] });
