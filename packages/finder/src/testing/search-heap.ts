// Work of a role (`?role=…`) that does as the shipped one does; asked by a brief that begins with `Heap of`, it fails, and its message is a JSON of how
// many attempts its process has done, how often the text that the brief has backwards is in the memory of it, and how often the brief's own is.
import { text } from "node:stream/consumers";
import { getHeapSnapshot, setFlagsFromString } from "node:v8";
import type { StageWork } from "@tasuki/executors/define";
import { work as research } from "../research/research.ts";
import { work as review } from "../review/review.ts";
import { work as write } from "../write/write.ts";

const works: Readonly<Record<string, StageWork>> = { nano: research, sg: review, jp: write };
const role = new URL(import.meta.url).searchParams.get("role") ?? "";
const shipped = works[role];
let done = 0;
if (shipped === undefined) throw new Error(`there is no work of '${role}'`);

export const work: StageWork = {
  role: shipped.role,
  async perform(files, context) {
    const brief = Buffer.from(files.find(({ name }) => name === "brief.md")?.bytes ?? []).toString("utf8");
    const asked = /^Heap of (?<backwards>\w+)/.exec(brief)?.groups?.["backwards"];
    if (asked === undefined) {
      done += 1;
      return shipped.perform(files, context);
    }
    // Strings are cut off after 1,024 characters by default.
    setFlagsFromString("--heap-snapshot-string-limit=100000000");
    const heap = await text(getHeapSnapshot());
    const count = (word: string): number => heap.split(word).length - 1;
    throw new Error(JSON.stringify({ done, of: count(Array.from(asked).toReversed().join("")), own: count(asked) }));
  },
};
