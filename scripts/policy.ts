// `pnpm policy`: writes the tailnet's policy from the pipeline, its ports and infra/tailnet/people.json.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { People, writePolicy } from "@tasuki/relay";

const folder = join(import.meta.dirname, "..", "infra", "tailnet");
const people = People.parse(JSON.parse(await readFile(join(folder, "people.json"), "utf8")));
await writeFile(join(folder, "policy.hujson"), writePolicy({ pipeline: relay, people }));
console.log("infra/tailnet/policy.hujson is written");
