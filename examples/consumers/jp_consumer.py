#!/usr/bin/env python3
"""Writes the final text (the stage `jp`): of each accepted passage, the sentence that shares most words with the question.

Reads  in/candidate-list.md (for the questions), in/de-raw-output.txt and in/sg-review.md
Writes out/jp-final.txt, as a draft: header, title, references and acceptance are filled in afterwards.
"""

import re
from pathlib import Path


def words(text):
    return set(re.findall(r"\w{3,}", text.lower()))


def read_passages(text):
    """The passages behind each candidate, by its id."""
    passages = {}
    for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        lines = [line[2:] for line in block.split("\n")[1:] if line.startswith("|")]
        item = block.split()[0]
        passages[item] = passages.get(item, "") + "\n".join(lines) + "\n"
    return passages


def best_sentence(passage, question):
    """The sentence with most words of the question, on one line, without the marks of lists and headings before it."""
    sentences = re.split(r"(?<=[.!?])\s+", re.sub(r"[\s|*_`]+", " ", passage))
    best = max(sentences, key=lambda sentence: len(words(sentence) & words(question)))
    # Square brackets would be taken for citations, and quotation marks for quotations, which have to pair.
    return re.sub(r"[\[\]“”\"]", "", best).lstrip("#>-+• ").rstrip(" :?")


def main():
    questions = dict(re.findall(r"^- (Q\d+): (.+)$", Path("in/candidate-list.md").read_text(encoding="utf-8").split("# Questions")[-1], re.MULTILINE))
    review = Path("in/sg-review.md").read_text(encoding="utf-8")
    outline = re.search(r"^# Outline$(.*?)(?=^# |\Z)", review, re.MULTILINE | re.DOTALL)[1]
    accepted = {question: re.findall(r"C\d+", items) for question, items in re.findall(r"^- (Q\d+): (.*)$", outline, re.MULTILINE)}
    passages = read_passages(Path("in/de-raw-output.txt").read_text(encoding="utf-8"))

    text = []
    for question, wording in questions.items():
        text += [f"## {question}: {wording}", ""]
        for item in accepted.get(question, []):
            text += [f"{best_sentence(passages[item], wording)} [{item}]", ""]
        if not accepted.get(question):
            # The review has declared this gap; completion takes it over.
            text += ["Not found in the sources.", ""]
    Path("out/jp-final.txt").write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
