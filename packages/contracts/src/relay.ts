import { brief } from "./artifacts/brief.ts";
import { run } from "./artifacts/run.ts";
import { sourceText } from "./artifacts/source-text.ts";
import { definePipeline } from "./define-pipeline.ts";
import { jp } from "./roles/jp.ts";
import { nano } from "./roles/nano.ts";
import { sg } from "./roles/sg.ts";

export const relay = definePipeline({ given: [run, brief, sourceText], roles: [nano, sg, jp] });
