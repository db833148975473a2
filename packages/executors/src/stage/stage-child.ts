// The process of a stage: does the work of the embedded executor or of the app where that is asked for, then completes and judges what is in `out/`.
// Nothing that reads documents shares a process with the bus.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { roleAt, roleOf } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { embeddedWork } from "./embedded-work.ts";
import { loadWork } from "./load-work.ts";
import { finishStage } from "./finish-stage.ts";
import { performStage } from "./perform-stage.ts";
import { readVersions } from "./read-versions.ts";
import { StageRequest, type StageResult } from "./stage-result.ts";

const request = StageRequest.parse(await json(process.stdin));
const progress = (note = ""): void => {
  process.stdout.write(`${note}\n`);
};

async function resultOf({ role: name, work: asked, ...stage }: StageRequest): Promise<StageResult> {
  const known = roleOf(relay, name);
  if (known === undefined) return misconfigured(`this program's pipeline has no role '${name}'`);
  const role = roleAt(known, await readVersions(join(stage.folder, "in")));
  if (asked === undefined) return finishStage({ ...stage, role });
  const work = asked === "embedded" ? await embeddedWork(name) : await loadWork(asked);
  if (typeof work === "string") return misconfigured(work);
  if (work === undefined)
    return misconfigured(`there is no embedded executor for role '${name}'; write {"kind": "command", …} as executor in config.jsonc`);
  if (work.role.name !== name) return misconfigured(`the app's work is that of role '${work.role.name}', not of '${name}'`);
  return performStage(work, { ...stage, role }, { progress });
}

function misconfigured(detail: string): StageResult {
  return { outcome: "misconfigured", detail, files: [] };
}

await writeFile(request.result, JSON.stringify(await resultOf(request)), { flag: "wx" });
