import { anyCharacter } from "@tasuki/protocol/testing";
import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { text } from "../../testing/arbitraries.ts";
import { askedContent } from "./asks.ts";
import { findQuestions, wholeOf } from "./find-questions.ts";

const found = (brief: string): string[] => findQuestions(brief).questions.map(({ id, text, line }) => `${line} ${id} ${text}`);

test("a list under a Questions heading is the questions, whatever else is asked", () => {
  expect(found("Why this?\n\n# Questions\n\n- What is it\n- Who made it,\n  and when?\n1. Where?\n\n# Notes\n\n- What else?\n")).toEqual([
    "5 Q1 What is it",
    "6 Q2 Who made it, and when?",
    "8 Q3 Where?",
  ]);
});

test.for([
  ["Please explain how to calibrate the scanner.", "how to calibrate the scanner."],
  ["Hello, could you please tell us when it opens?", "when it opens?"],
  ["I would like to know who signs.", "who signs."],
  ["List the ports.", "the ports."],
  ["State aid in ports", "State aid in ports"],
  ["Bitte die Gebühren nennen.", "die Gebühren"],
  ["Explique cómo se calibra.", "cómo se calibra."],
  ["開館時間を教えてください。", "開館時間。"],
  ["请说明如何校准。", "如何校准。"],
  ["Explain.", "Explain."],
])("what is asked for by %j is %j", ([question, asked]) => {
  expect(askedContent(question ?? "")).toBe(asked);
});

test("lines that begin with an id are questions, and keep their ids", () => {
  expect(found("Background. Is it?\n\nQ2: What is it\n- **Q5**: Who made it?\n")).toEqual(["3 Q2 What is it", "4 Q5 Who made it?"]);
});

test("where only some have ids, the order gives them", () => {
  expect(found("# Questions\n\n- Q7: What?\n- Who?\n")).toEqual(["3 Q1 What?", "4 Q2 Who?"]);
});

test("else the sentences that ask are questions, parted where they ask two things; a later one keeps its subject", () => {
  expect(
    found(
      "# Receipts\n\nWe need to know more. What is a receipt, and when is a task\naccepted? See above.\n\n- Who signs; who reads it?\n",
    ),
  ).toEqual(["3 Q1 What is a receipt?", "3 Q2 When is a task accepted?", "6 Q3 Who signs?", "6 Q4 Who reads it?"]);
});

// Questions are parted by `|`, and stand on one line in `brief`.
test.each([
  ["What is a lease, and what is it for?", "What is a lease?|What is it for? (a lease)"],
  ["What is a lease? Who made it? How long is it?", "What is a lease?|Who made it? (a lease)|How long is it? (a lease)"],
  ["Che cos’è una proroga e a che cosa serve?", "Che cos’è una proroga?|A che cosa serve? (una proroga)"],
  ["Wann wurde der Turm gebaut? Wer hat ihn gebaut?", "Wann wurde der Turm gebaut?|Wer hat ihn gebaut? (der Turm gebaut)"],
  ["Who made the mill? (scan a page) How much did it cost?", "Who made the mill? (scan a page)|How much did it cost? (made the mill)"],
  ["It is old. Who made the mill? (See page 3)", "Who made the mill? (See page 3)"],
  ["Wer hat die Mühle gebaut (siehe Seite 3)? Danke.", "Wer hat die Mühle gebaut (siehe Seite 3)?"],
  ["誰が建てましたか？（1頁を参照）", "誰が建てましたか？"],
  ["阅览室几点关门？\n借书证的有效期是多久？", "阅览室几点关门？|借书证的有效期是多久？"],
  ["予約はいつまでにできますか。\n飲食はできますか。", "予約はいつまでにできますか。|飲食はできますか。"],
  ["도서관은 몇 시에 엽니까?\n주차는 무료입니까?", "도서관은 몇 시에 엽니까?|주차는 무료입니까?"],
  ["Chi firma la ricevuta?\nQuanto costa il duplicato?", "Chi firma la ricevuta?|Quanto costa il duplicato?"],
  ["L'accueil ouvre quand ? Où est-il ?", "L'accueil ouvre quand ?|Où est-il ? (L'accueil ouvre quand)"],
  [
    "Qui dirige le musée ? Quand la salle est-elle fermée ? Où est-elle ?",
    "Qui dirige le musée ?|Quand la salle est-elle fermée ?|Où est-elle ? (la salle est-elle fermée)",
  ],
  ["Who runs the hall? Is it allowed to smoke there?", "Who runs the hall?|Is it allowed to smoke there?"],
  ["Who runs the hall? Is it possible to rent it?", "Who runs the hall?|Is it possible to rent it? (runs the hall)"],
  [
    "What is the fee? Is it required? How long does it take to get a card?",
    "What is the fee?|Is it required? (the fee)|How long does it take to get a card?",
  ],
  ["Wer leitet das Haus? Ist es erlaubt, im Hof zu grillen?", "Wer leitet das Haus?|Ist es erlaubt, im Hof zu grillen?"],
  ["Combien coûte la salle ? Que faut-il apporter ?", "Combien coûte la salle ?|Que faut-il apporter ?"],
  ["Wie is de directeur? Is er een parkeerplaats?", "Wie is de directeur?|Is er een parkeerplaats?"],
  ["I would also like to know whether the tower can be climbed.", "I would also like to know whether the tower can be climbed."],
  ["Is it signed and why?", "Is it signed and why?"],
  ["What?", "What?"],
  ["how does a lease end", "how does a lease end"],
  ["Please explain how leases end. Keep it short and cite the page.", "Please explain how leases end."],
  ["Compare A and B. Name the page. Answer in English.", "Compare A and B."],
  ["I would like to know who signs. She asked whether I sign.", "I would like to know who signs."],
  ["Please answer:\n- the fee\n- Who pays\n\nThanks!", "the fee|Who pays"],
  ["Background: who knows? The page “What if?” is gone.\n\nHow much is it? Why?", "How much is it? Why?"],
  ["Could you help me? See `a ? b` and https://a.b/c?d=e. When does it open?", "When does it open?"],
  ["Erkläre den Unterschied. Bitte die Fristen nennen. Antworte kurz.", "Erkläre den Unterschied.|Bitte die Fristen nennen."],
  [
    "Bis wann muss der Antrag, der am 31. Dezember endet, gestellt sein?",
    "Bis wann muss der Antrag, der am 31. Dezember endet, gestellt sein?",
  ],
  ["Fragen:\n1. Kosten\n2. Dauer", "Kosten|Dauer"],
  ["Liste les frais. Quand payer ? Cite la page.", "Liste les frais.|Quand payer ?"],
  ["¿Qué es un recibo y para qué sirve?", "¿Qué es un recibo?|Para qué sirve? (un recibo)"],
  ["Vorrei sapere quanto costa. Grazie!", "Vorrei sapere quanto costa."],
  ["在宅勤務は週何日まで認められますか。よろしくお願いします。", "在宅勤務は週何日まで認められますか。"],
  ["手順を説明してください。ページ番号を示してください。", "手順を説明してください。"],
  ["## 質問\n- 料金\n- 期間", "料金|期間"],
  ["什么是租约？为什么？", "什么是租约？为什么？"],
  ["租约是什么，它有什么用？", "租约是什么？|它有什么用？ (租约)"],
  ["请列出所有费用。用中文回答。", "请列出所有费用。"],
])("%j", (brief, questions) => {
  expect(findQuestions(brief).questions.map(({ text }) => text)).toEqual(questions.split("|"));
});

test("what is not taken for a question is said", () => {
  expect(findQuestions("We met. Who signs?\n\nThanks!")).toEqual({
    questions: [{ id: "Q1", text: "Who signs?", line: 1 }],
    others: ["We met.", "Thanks!"],
  });
});

test.each(["", " \n", "?", "--- *** ---"])("%j has no question", (brief) => {
  expect(found(brief)).toEqual([]);
});

test.each(["Write a friendly mail to Bob. Keep it short.", "Summarise the text below.\n\nBob ate. He left.", "Name of the vessel: Ada."])(
  "%j asks nothing, and is to be done as a whole",
  (brief) => {
    expect(findQuestions(brief).questions).toEqual([]);
    expect(wholeOf(brief)).toEqual([{ id: "Q1", text: brief.replaceAll(/\s+/g, " "), line: 1 }]);
  },
);

test("whatever the text, questions are lines of their own and stand in it", () => {
  const check = (brief: string): void => {
    const lines = brief.split(/\r?\n|\r/).length;
    for (const { text, line } of [...findQuestions(brief).questions, ...wholeOf(brief)]) {
      expect(text).toMatch(/^\S(?:[^\r\n]*\S)?$/u);
      expect(line).toBeLessThanOrEqual(lines);
    }
  };
  assert(property(text, check));
  assert(property(string({ unit: anyCharacter }), (start) => check(`${start}? And what is it? ${start}`)));
});
