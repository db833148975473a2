import type { CandidateList } from "../artifacts/candidate-list.ts";
import { formatIds } from "./fields.ts";
import { formatFrontMatter } from "./front-matter.ts";
import { toCell, toInline } from "./inline.ts";
import { formatTable } from "./markdown.ts";

export function formatCandidateList({ run, brief, candidates, sources, questions }: CandidateList): string {
  const fields = candidates.map(
    ({ id, title, source, locator, score, answers, why }) => `## ${id} — ${toInline(title)}

- source: ${source}
${field("locator", locator)}
- score: ${score}
- answers: ${formatIds(answers)}
${field("why", why)}
`,
  );
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
    `# Candidates\n`,
    ...(fields.length === 0 ? ["None.\n"] : fields),
    `# Sources\n`,
    formatTable(["id", "name", "sha256", "bytes", "origin", "fetched"], rows),
    `# Questions\n`,
    questions.length === 0 ? "None.\n" : questions.map(({ id, text }) => `- ${id}: ${toInline(text)}\n`).join(""),
  ].join("\n");
}

function field(key: string, value: string): string {
  return `- ${key}: ${toInline(value)}`.trimEnd();
}
