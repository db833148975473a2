import { join } from "node:path";
import { type Versions, versionsIn } from "@tasuki/contracts";
import { run } from "@tasuki/contracts/artifacts/run";
import { readPlainFile } from "./read-folder.ts";

/** The versions that the run.json in a folder pins; none where there is no such file. What is wrong with it is reported by its contract. */
export async function readVersions(folder: string): Promise<Versions> {
  const read = await readPlainFile(join(folder, run.file), run.maxBytes);
  return typeof read === "string" ? {} : versionsIn(read.toString("utf8"));
}
