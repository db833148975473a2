import { expect, test } from "vitest";
import { languageBy, questionTerms, termSet } from "./terms.ts";

test.each([
  ["en", "How long does a lease last?", ["leas", "last"]],
  ["en", "What does the word epoch mean?", ["epoch"]],
  ["en", "What is meant by the mean of a sample?", ["meant", "sampl"]],
  ["en", "What is the meaning of the word?", ["mean", "word"]],
  ["de", "Welche Fristen gelten für Kündigungen?", ["frist", "gelt", "kundig"]],
  ["fr", "Combien de temps l'archive est-elle gardée ?", ["temp", "archiv", "gard"]],
  ["es", "¿Cuántos días se guardan las copias?", ["dias", "guard", "copi"]],
  ["ru", "Кто подписывает квитанции?", ["подписыва", "квитанц"]],
  [
    "ja",
    "バックアップはいつ始まりますか？",
    ["バッ", "ック", "クア", "アッ", "ップ", "プは", "はい", "つ始", "始ま", "まり", "りま", "すか"],
  ],
])("%s: %s asks for %j", (language, question, terms) => {
  expect(questionTerms(question, languageBy(language)).terms).toEqual(terms);
});

test.each([
  ["en", "How fast are requests answered?", "fast"],
  ["de", "Wie tief ist das Becken?", "tief"],
  ["nl", "Hoe snel worden verzoeken beantwoord?", "snel"],
  ["es", "¿Qué tan rápido se responden las solicitudes?", "rap"],
  ["it", "Quanto è profondo il bacino?", "profond"],
  ["fr", "À quel point le bassin est-il profond ?", "profond"],
  ["pt", "Quão rápido são respondidos os pedidos?", "ráp"],
])("%s: %s looks for the measure, which an answer need not have", (language, question, measure) => {
  const { terms, needed } = questionTerms(question, languageBy(language));
  expect(terms).toContain(measure);
  expect([...needed]).toEqual(terms.filter((term) => term !== measure));
});

test.each([
  ["en", "In what year was the tower of Graz built?", "year"],
  ["de", "In welchem Jahrhundert wurde der Turm von Graz gebaut?", "jahrhundert"],
  ["es", "¿En qué año se construyó la torre de Graz?", "año"],
  ["es", "¿Cuánto tiempo se guardan las copias?", "tiemp"],
])("%s: %s looks for what it asks by, and an answer need not have it", (language, question, word) => {
  const { terms, needed } = questionTerms(question, languageBy(language));
  expect(terms).toContain(word);
  expect([...needed]).toEqual(terms.filter((term) => term !== word));
});

test("Of a Japanese question an answer needs the words, and no endings, particles, or 何 with what it counts", () => {
  const needed = (question: string): readonly string[] => [...questionTerms(question, languageBy("ja")).needed];
  expect(needed("図書館は何時に開きますか。")).toEqual(["図書", "書館", "開き"]);
  expect(needed("バックアップはいつ始まりますか？")).toEqual(["バッ", "ック", "クア", "アッ", "ップ", "始ま"]);
  expect(needed("なぜですか。")).not.toEqual([]);
});

test("A question that asks for its measure alone needs it; a verb after a question word is no measure", () => {
  expect([...questionTerms("How fast is it?", languageBy("en")).needed]).toEqual(["fast"]);
  expect([...questionTerms("How does water boil?", languageBy("en")).needed]).toEqual(["water", "boil"]);
  expect([...questionTerms("Quanto è il costo?", languageBy("it")).needed]).toEqual(["cost"]);
});

test("Two texts are compared by the stems of their own language", () => {
  expect(termSet("Die Sicherungen werden aufbewahrt")).toEqual(termSet("Die Sicherung wird aufbewahrt"));
});

test("A question that names its thing by nothing other looks for the name; a month within a sentence is no verb", () => {
  expect(questionTerms("What is the name?", languageBy("en")).terms).toEqual(["name"]);
  expect(questionTerms("Where does the name come from?", languageBy("en")).terms).toEqual(["name"]);
  expect(questionTerms("Who is it?", languageBy("en")).terms).toEqual([]);
  expect(questionTerms("What were the costs in May?", languageBy("en")).terms).toEqual(["cost", "may"]);
  expect(questionTerms("May I enter the archive?", languageBy("en")).terms).toEqual(["enter", "archiv"]);
});
