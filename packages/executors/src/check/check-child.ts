// The process that judges files which other machines made: documents are never read in the bus's own process.
import { writeFile } from "node:fs/promises";
import { json } from "node:stream/consumers";
import { artifactsOf, checkStages, pipelineAt } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { readFolder } from "../stage/read-folder.ts";
import { readVersions } from "../stage/read-versions.ts";
import { CheckRequest } from "./check-request.ts";

const { from, stages, producers, result } = CheckRequest.parse(await json(process.stdin));
const pipeline = pipelineAt(relay, await readVersions(from));
const { files, others, unmet } = await readFolder(from, artifactsOf(pipeline));
const unknown = others.map((name) => ({ name, bytes: new Uint8Array() }));
const found = unmet.length > 0 ? unmet : checkStages(pipeline, { stages, producers, files: [...files, ...unknown] });
await writeFile(result, JSON.stringify(found), { flag: "wx" });
