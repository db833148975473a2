import type { Files } from "./artifact-files.ts";

/** Half a page for a decision that changes the design, under `docs/decisions/`. `date` is `2026-11-24`. Throws a sentence for a title without words. */
export function decisionFile(title: string, date: string): Files {
  const slug = title
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (slug === "") throw new Error("a decision has a title: pnpm new decision 'Artifacts are read line by line'.");
  return {
    [`docs/decisions/${date}-${slug}.md`]: `# ${title}

**Context.** What made it necessary to decide.

**What we saw.** Measurements, experiments, sources.

**Decision.** What holds from now on, and where the code says it.
`,
  };
}
