import type { CandidateList } from "../candidate-list/candidate-list.ts";
import type { Run } from "../run/run.ts";
import type { SourceName } from "./jp-final.ts";

// Length of a name, characters.
const longest = 300;

/**
 * Names of sources, in the order of their first use: labels of the run, and for what was collected what the candidate list has. Of an absolute
 * path, which says where a machine keeps a file, only the end stands: two parts of it, or as many as tell it from the other labels.
 */
export function namesOf(ids: Iterable<string>, run: Pick<Run, "sources">, list: Pick<CandidateList, "sources">): SourceName[] {
  const labels = new Map(run.sources.map(({ id, label }) => [id, label]));
  const ends = countEnds([...labels.values()]);
  const collected = new Map(list.sources.map((source) => [source.id, source]));
  return [...new Set(ids)].map((id) => {
    const label = labels.get(id);
    const { name = "", origin = "", fetched = "" } = label === undefined ? (collected.get(id) ?? {}) : { name: shorten(label, ends) };
    return { id, name: toName(name), origin, fetched };
  });
}

const absolute = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;
const least = 2;
// Parts of a path by which it is told from others; one with more in common stands whole.
const most = 8;

/** Ends of a path, shortest first: `docs/a.md`, `project/docs/a.md`. */
function endsOf(label: string): string[] {
  const parts = label.split(/[\\/]+/).filter((part) => part !== "");
  return Array.from({ length: Math.max(0, Math.min(most, parts.length) - least + 1) }, (_, at) => parts.slice(-(at + least)).join("/"));
}

function countEnds(labels: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const end of labels.flatMap(endsOf)) counts.set(end, (counts.get(end) ?? 0) + 1);
  return counts;
}

function shorten(label: string, ends: ReadonlyMap<string, number>): string {
  return absolute.test(label) ? (endsOf(label).find((end) => ends.get(end) === 1) ?? label) : label;
}

function toName(label: string): string {
  return label
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, longest);
}
