import { formatFrontMatter, formatIds, formatTable, toCell, toInline } from "@tasuki/protocol";
import type { Candidate, CandidateList } from "./candidate-list.ts";

export function formatCandidateList({ run, brief, candidates, sources, questions }: CandidateList): string {
  const rows = sources.map(({ id, name, sha256, bytes, origin, fetched }) => [
    id,
    toCell(name),
    sha256,
    String(bytes),
    toCell(origin),
    toCell(fetched),
  ]);
  return [
    formatFrontMatter({ contract: "candidate-list@1", run, brief }),
    formatCandidates(candidates),
    `# Sources\n`,
    formatTable(["id", "name", "sha256", "bytes", "origin", "fetched"], rows),
    `# Questions\n`,
    questions.length === 0 ? "None.\n" : questions.map(({ id, text }) => `- ${id}: ${toInline(text)}\n`).join(""),
  ].join("\n");
}

/** A candidate of a draft. Completion adds the fields that it leaves out. */
export type DraftedCandidate = Omit<Candidate, "locator" | "score"> & Partial<Candidate>;

/** Writes the part `# Candidates`, with a line for each field that a candidate has. */
export function formatCandidates(candidates: readonly DraftedCandidate[]): string {
  const sections = candidates.map(({ id, title, source, locator, score, answers, why }) =>
    [
      `## ${id} — ${toInline(title)}\n`,
      `- source: ${source}`,
      ...(locator === undefined ? [] : [field("locator", locator)]),
      ...(score === undefined ? [] : [`- score: ${score}`]),
      `- answers: ${formatIds(answers)}`,
      `${field("why", why)}\n`,
    ].join("\n"),
  );
  return ["# Candidates\n", ...(sections.length === 0 ? ["None.\n"] : sections)].join("\n");
}

function field(key: string, value: string): string {
  return `- ${key}: ${toInline(value)}`.trimEnd();
}
