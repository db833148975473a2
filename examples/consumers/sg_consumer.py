#!/usr/bin/env python3
"""Judges candidates (the stage `sg`): by how many of a question's words a passage has. It does not understand either.

Reads  in/candidate-list.md and in/de-raw-output.txt
Writes out/sg-review.md, as a draft: the gaps and the digests of what was read are filled in afterwards.
"""

import re
from pathlib import Path

ACCEPT, PARTIAL, SAME = 0.5, 0.34, 0.8
STOP_WORDS = set("the and for can are was were has have had with what when where which who why how does did that this from into its not can".split())


def words(text):
    """The words that can tell texts apart: of three letters or more, without the most common ones."""
    return {word for word in re.findall(r"\w{3,}", text.lower()) if word not in STOP_WORDS}


def read_candidates(text):
    """The questions that each candidate answers, by its id, and the questions' wordings, by theirs."""
    answers = {}
    for section in re.split(r"^## ", text.split("# Sources")[0], flags=re.MULTILINE)[1:]:
        found = re.search(r"^- answers: (.*)$", section, re.MULTILINE)
        answers[re.match(r"C\d+", section)[0]] = re.findall(r"Q\d+", found[1] if found else "")
    return answers, dict(re.findall(r"^- (Q\d+): (.+)$", text.split("# Questions")[-1], re.MULTILINE))


def read_passages(text):
    """The passages behind each candidate, by its id."""
    passages = {}
    for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        lines = [line[2:] for line in block.split("\n")[1:] if line.startswith("|")]
        item = block.split()[0]
        passages[item] = passages.get(item, "") + "\n".join(lines) + "\n"
    return passages


def main():
    answers, questions = read_candidates(Path("in/candidate-list.md").read_text(encoding="utf-8"))
    passages = read_passages(Path("in/de-raw-output.txt").read_text(encoding="utf-8"))
    rows, kept, outline = [], {}, {question: [] for question in questions}
    for item, asked in answers.items():
        found = words(passages[item])
        # Share of each question's words that the passage has.
        shares = {question: len(words(questions[question]) & found) / max(1, len(words(questions[question]))) for question in asked}
        best = max(asked, key=shares.get, default=None)
        same = next((other for other, theirs in kept.items() if len(found & theirs) >= SAME * max(1, len(found | theirs))), "")
        if same:
            rows.append(f"| {item} | merged | {same} | says the same as {same} |")
            continue
        share = shares.get(best, 0)
        verdict = "accepted" if share >= ACCEPT else "partial" if share >= PARTIAL else "rejected"
        rows.append(f"| {item} | {verdict} | | {f'has {share:.0%} of the words of {best}' if best else 'answers no question'} |")
        if verdict != "rejected":
            kept[item] = found
            for question in asked:
                if shares[question] >= PARTIAL:
                    outline[question].append(item)
    review = ["# Verdicts", "", "| item | verdict | into | reason |", "| --- | --- | --- | --- |", *rows, "", "# Outline", ""]
    review += [f"- {question}: {', '.join(items) or 'none'}" for question, items in outline.items()]
    Path("out/sg-review.md").write_text("\n".join(review) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
