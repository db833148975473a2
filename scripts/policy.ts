// `pnpm policy`: writes the tailnet's policy and its tests from the pipeline, its ports and infra/tailnet/people.json.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { relay } from "@tasuki/contracts/relay";
import { People, writePolicy, writePolicyTests } from "@tasuki/bus";

const root = join(import.meta.dirname, "..");
const folder = join(root, "infra", "tailnet");
const people = People.parse(JSON.parse(await readFile(join(folder, "people.json"), "utf8")));
await writeFile(join(folder, "policy.hujson"), writePolicy({ pipeline: relay, people }));
await writeFile(join(folder, "policy.tests.json"), writePolicyTests({ pipeline: relay, people }));
await promisify(execFile)(join(root, "node_modules/.bin/oxfmt"), [join(folder, "policy.tests.json")]);
console.log("infra/tailnet/policy.hujson and policy.tests.json are written");
