/** How an author writes each artifact as a draft, by the artifact's name; what stands here is all that a program has to write. */
export const draftHelp: Readonly<Record<string, string>> = {
  "candidate-list": `One section for each passage that may answer a question, or \`None.\` under \`# Candidates\`:

\`\`\`
# Candidates

## C1 — a title
- source: S1
- answers: Q1, Q2
- why: on one line, why it matters
\`\`\`

The questions are those of \`in/brief.md\`: its list under \`# Questions\`, else its lines that begin with \`Q1:\`, else its sentences that end
in a question mark, in order.`,
  "de-raw-output": `At least one verbatim passage for each candidate, every line of it after \`| \`:

\`\`\`
== C1 S1
| The first line of the passage, as it stands in in/S1.txt
| and the second.
\`\`\``,
  collected: `A text that you collected yourself, as UTF-8, headings as \`#\`. Name its origin in \`out/result.json\`:
\`{"collected": {"N1.txt": {"origin": "https://…", "fetched": "2026-01-31"}}}\`.`,
  "sg-review": `A verdict on every candidate: accepted, partial, rejected, or merged into an accepted one.

\`\`\`
# Verdicts

| item | verdict | into | reason |
| --- | --- | --- | --- |
| C1 | accepted | | says when it was founded |
| C2 | merged | C1 | says the same |

# Outline

- Q1: C1

# Contradictions

- C1, C3: they name different years

# Gaps

- Q2: none of the sources says it
\`\`\`

Everything after the verdicts may be left out; the outline is then made of the accepted candidates. To send the work back, add
\`# Requests\` with one \`- …\` line for each thing that nano must do.`,
  "jp-final": `A section for each question of \`in/brief.md\`; every sentence that says something ends with the accepted items that say it:

\`\`\`
# A title

## Q1: the question

It was founded in 1911 [C1]. A second sentence, of two items [C2][C4].

## Q2: the next question

Not found in the sources.
\`\`\`

Cite only items that \`in/sg-review.md\` accepts. What stands in quotation marks must stand so in a passage of a cited item. To send the work
back, add \`# Requests\` with one \`- …\` line for each thing that sg must settle.`,
};
