// Loaded before a node's own program (`--import`): notes each process that the node starts, a line in the file that `TASUKI_TEST_PROCESSES` names. The
// count is Node's own, whatever part of the node starts the process.
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import { basename } from "node:path";

const { TASUKI_DATA: data, TASUKI_TEST_PROCESSES: file } = process.env;
if (data !== undefined && file !== undefined) subscribe("child_process", () => appendFileSync(file, `${basename(data)}\n`));
