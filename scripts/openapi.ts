// Writes docs/openapi.json from the table of operations.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openApiDocument } from "@tasuki/bus";

const root = join(import.meta.dirname, "..");
const path = join(root, "docs", "openapi.json");
await writeFile(path, JSON.stringify(openApiDocument()));
await promisify(execFile)(join(root, "node_modules/.bin/oxfmt"), [path]);
console.log("docs/openapi.json is written");
