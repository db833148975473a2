import { definePipeline } from "@tasuki/protocol";
import { brief } from "./artifacts/brief/brief.ts";
import { run } from "./artifacts/run/run.ts";
import { sourceText } from "./artifacts/source-text/source-text.ts";
import { jp } from "./roles/jp.ts";
import { nano } from "./roles/nano.ts";
import { sg } from "./roles/sg.ts";
import { intake, profiles, views } from "./requests.ts";

export const relay = definePipeline({
  module: import.meta.url,
  profiles,
  intake,
  given: [run, brief, sourceText],
  roles: [nano, sg, jp],
  views,
});
