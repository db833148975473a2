import { definePipeline } from "@tasuki/protocol";
import { relay } from "../relay.ts";
import { jp } from "../roles/jp.ts";
import { nano } from "../roles/nano.ts";
import { sg } from "../roles/sg.ts";

/** The relay with the three roles that the example run and the arbitrary stages have documents of, and with no role that was added to it. */
export const exampleRelay = definePipeline({ ...relay, module: import.meta.url, roles: [nano, sg, jp] });
