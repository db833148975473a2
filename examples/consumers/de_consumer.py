#!/usr/bin/env python3
"""Finds passages (the stage `nano`): by the words that a question and a paragraph share, and by nothing else.

Reads  in/brief.md and in/S1.txt, in/S2.txt, ...
Writes out/candidate-list.md and out/de-raw-output.txt, as drafts: digests, ranges and tables are filled in afterwards.
"""

import re
from pathlib import Path

PER_QUESTION = 3
STOP_WORDS = set("the and for can are was were has have had with what when where which who why how does did that this from into its not can".split())


def words(text):
    """The words that can tell texts apart: of three letters or more, without the most common ones."""
    return {word for word in re.findall(r"\w{3,}", text.lower()) if word not in STOP_WORDS}


def questions(brief):
    """Questions by id: the lines that begin with 'Q1:', else the sentences that end in a question mark, else the whole brief."""
    marked = re.findall(r"^(?:[-*] )?(Q\d+): (.+)$", brief, re.MULTILINE)
    if marked:
        return dict(marked)
    asked = re.findall(r"[^.?!\n]+\?", brief)
    return {f"Q{n}": text.strip() for n, text in enumerate(asked or [" ".join(brief.split())], 1)}


def paragraphs(text):
    """Blocks between blank lines, and rows of tables and lists, exactly as they stand in the text; headings are left out."""
    blocks = (block.strip("\n") for block in re.split(r"\n[ \t]*\n|\f|\n(?=[|*+-])", text))
    return [block for block in blocks if not block.lstrip().startswith("#") and len(words(block)) > 3]


def main():
    asked = questions(Path("in/brief.md").read_text(encoding="utf-8"))
    passages = []
    for path in sorted(Path("in").glob("S*.txt"), key=lambda path: int(path.stem[1:])):
        # newline="": a passage must stay byte for byte what its source has.
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        # A passage that stands twice can't be told apart by its words alone.
        passages += [(path.stem, passage) for passage in paragraphs(text) if text.count(passage) == 1]

    answers = {}
    for question, wording in asked.items():
        wanted = words(wording)
        scored = sorted(((len(wanted & words(passage)), at) for at, (_, passage) in enumerate(passages)), key=lambda pair: (-pair[0], pair[1]))
        for shared, at in scored[:PER_QUESTION]:
            if shared > 0:
                answers.setdefault(at, []).append(question)

    candidates, blocks = ["# Candidates", ""], []
    for n, (at, found) in enumerate(sorted(answers.items()), 1):
        source, passage = passages[at]
        shared = sorted(set().union(*(words(asked[question]) & words(passage) for question in found)))
        title = re.sub(r"[^\w ,.-]", "", " ".join(passage.split()))[:60].strip()
        candidates += [f"## C{n} — {title}", "", f"- source: {source}", f"- score: {len(shared)}", f"- answers: {', '.join(found)}"]
        candidates += [f"- why: shares the words {', '.join(shared)}", ""]
        blocks += [f"== C{n} {source}", *(f"| {line}" for line in passage.split("\n")), ""]
    if not answers:
        candidates += ["None.", ""]
    Path("out/candidate-list.md").write_text("\n".join(candidates), encoding="utf-8")
    with Path("out/de-raw-output.txt").open("w", encoding="utf-8", newline="") as file:
        file.write("\n".join(blocks))


if __name__ == "__main__":
    main()
