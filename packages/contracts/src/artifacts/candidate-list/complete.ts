import { type CompletionContext, type Contract, judge, type Parsed } from "@tasuki/protocol";
import { documentsOf, textsOf, valueOf } from "../documents.ts";
import type { CandidateList, CandidateSource } from "./candidate-list.ts";
import { type CandidateDraft, readCandidateList } from "./read.ts";
import { formatCandidateList } from "./write.ts";

/** Completes a candidate list: ids in order, the front matter, the sources that candidates name, the brief's questions. */
export function completeCandidateList(text: string, contract: Contract<CandidateList>, context: CompletionContext): Parsed<string> {
  if (contract.read(text, contract.file).ok) return { ok: true, value: text };
  const { report, draft } = readCandidateList(text, { artifact: contract, fileName: contract.file, draft: true });
  const questions = valueOf(context.documents, "brief")?.questions;
  const only = questions?.length === 1 ? questions.map(({ id }) => id) : [];
  const candidates = numbered(draft.candidates ?? []).map((candidate) => ({ locator: "", score: 0, answers: only, ...candidate }));
  const parsed = judge(report, contract, {
    run: draft.run ?? context.run,
    brief: draft.brief ?? documentsOf(context.documents, "brief")[0]?.sha256,
    candidates: draft.candidates && candidates,
    sources: draft.sources ?? sourcesOf(candidates, context),
    questions: draft.questions ?? questions,
  });
  return parsed.ok ? { ok: true, value: formatCandidateList(parsed.value) } : parsed;
}

function numbered(candidates: readonly CandidateDraft[]): CandidateDraft[] {
  const used = new Set(candidates.map(({ id }) => id));
  let next = 1;
  return candidates.map((candidate) => {
    if (candidate.id !== undefined) return candidate;
    while (used.has(`C${next}`)) next += 1;
    const id = `C${next}`;
    used.add(id);
    return { id, ...candidate };
  });
}

/** Rows for the sources that candidates name, and for all collected texts, whose origins stand nowhere else. */
function sourcesOf(candidates: readonly CandidateDraft[], { documents, collected = {} }: CompletionContext): CandidateSource[] {
  const named = new Set(candidates.map(({ source }) => source));
  const labels = new Map(valueOf(documents, "run")?.sources.map(({ id, label }) => [id, label]));
  return [...textsOf(documents)].flatMap(([id, { name, sha256, size }]) => {
    if (!id.startsWith("N") && !named.has(id)) return [];
    const { origin = "", fetched = "" } = collected[name] ?? {};
    const label = (labels.get(id) ?? name).replaceAll(/[\r\n\0]+/g, " ");
    return [{ id, name: label, sha256, bytes: size, origin, fetched }];
  });
}
