import type { Document, Unmet } from "@tasuki/protocol";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { place } from "./collect.ts";

/**
 * Checks that every source in the Sources table is a text of the stage, with its digest and size, and that the table has every candidate's
 * source and every collected text.
 */
export function* checkCandidateSources(list: Document<CandidateList>, sources: ReadonlyMap<string, Document<string>>): Generator<Unmet> {
  const known = [...sources.keys()].join(", ") || "none";
  const listed = new Set<string>();
  for (const { id, sha256, bytes } of list.value.sources) {
    const at = () => ({ ...place(list, `| ${id} |`), path: `sources.${id}` });
    const document = sources.get(id);
    listed.add(id);
    if (!document)
      yield {
        ...at(),
        expected: `a source that run.json names, or a text that was collected: ${known}`,
        got: id,
        fix: "name a source that is there, or leave the row out",
      };
    else if (sha256 !== document.sha256)
      yield {
        ...at(),
        expected: `the SHA-256 of ${document.name}, ${document.sha256}`,
        got: sha256,
        fix: "leave the Sources table to completion",
      };
    else if (bytes !== document.size)
      yield {
        ...at(),
        expected: `the size of ${document.name}, ${document.size}`,
        got: String(bytes),
        fix: "leave the Sources table to completion",
      };
  }
  for (const { id, source } of list.value.candidates) {
    if (listed.has(source)) continue;
    yield {
      ...place(list, `## ${id} `),
      path: `candidates.${id}.source`,
      expected: `a source of the Sources table, one of ${known}`,
      got: source,
      fix: sources.has(source) ? `add ${source} to the Sources table` : "name a source that is there, or leave the candidate out",
    };
  }
  for (const [id, { name }] of sources)
    if (id.startsWith("N") && !listed.has(id))
      yield {
        file: list.name,
        path: `sources.${id}`,
        expected: `a row for the collected text ${name}`,
        got: "no such row",
        fix: `add ${id} to the Sources table, with its origin, or leave ${name} out`,
      };
}
