import type { CandidateList } from "../candidate-list/candidate-list.ts";
import type { Run } from "../run/run.ts";
import type { SourceName } from "./jp-final.ts";

// Length of a name, characters.
const longest = 300;

/** Names of sources, in the order of their first use: labels of the run, and for what was collected what the candidate list has. */
export function namesOf(ids: Iterable<string>, run: Pick<Run, "sources">, list: Pick<CandidateList, "sources">): SourceName[] {
  const labels = new Map(run.sources.map(({ id, label }) => [id, label]));
  const collected = new Map(list.sources.map((source) => [source.id, source]));
  return [...new Set(ids)].map((id) => {
    const { name = "", origin = "", fetched = "" } = labels.has(id) ? { name: labels.get(id) } : (collected.get(id) ?? {});
    return { id, name: toName(name), origin, fetched };
  });
}

function toName(label: string): string {
  return label
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, longest);
}
