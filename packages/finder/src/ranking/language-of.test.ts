import { expect, test } from "vitest";
import { languageOf } from "./language-of.ts";
import { languages } from "./languages.ts";

const texts: Readonly<Record<string, string>> = {
  en: "Who may read the records of the audit?",
  de: "Wer darf die Aufzeichnungen der Prüfung lesen?",
  fr: "Qui peut lire les comptes rendus de l'audit ?",
  es: "¿Quién puede leer los registros de la auditoría?",
  it: "Chi può leggere i verbali della revisione?",
  pt: "Quem pode ler os registros da auditoria?",
  nl: "Wie mag de verslagen van de controle lezen?",
  sv: "Vem får läsa protokollen från granskningen?",
  da: "Hvem må læse referaterne fra revisionen?",
  no: "Hvem kan lese rapportene fra revisjonen, og hva sier de?",
  fi: "Kuka saa lukea tarkastuksen pöytäkirjat, ja missä ne ovat?",
  hu: "Ki olvashatja el az ellenőrzés jegyzőkönyveit?",
  ro: "Cine poate citi înregistrările auditului și unde sunt?",
  ca: "Qui pot llegir els registres de l'auditoria?",
  pl: "Kto może czytać protokoły z kontroli?",
  cs: "Kdo může číst záznamy z kontroly a kde jsou?",
  ru: "Кто может читать записи проверки?",
  uk: "Хто може читати записи перевірки?",
  el: "Ποιος μπορεί να διαβάσει τα αρχεία του ελέγχου;",
  tr: "Denetim kayıtlarını kim okuyabilir ve bunlar nerede?",
  id: "Siapa yang boleh membaca catatan audit itu?",
  vi: "Ai được đọc các bản ghi của cuộc kiểm tra?",
  ar: "من يمكنه قراءة سجلات التدقيق؟",
  hi: "ऑडिट के रिकॉर्ड कौन पढ़ सकता है?",
  ja: "監査の記録は誰が読めますか。",
  ko: "감사 기록은 누가 읽을 수 있습니까?",
  th: "ใครอ่านบันทึกการตรวจสอบได้บ้าง",
  zh: "谁可以阅读审计记录？",
};

test.each(Object.entries(texts))("%s: %s", (code, text) => {
  expect(languageOf(text)).toBe(code);
});

test("Every language with a row is among the texts", () => {
  expect(Object.keys(texts)).toEqual(expect.arrayContaining([...languages.keys()]));
});

test("A text that two languages may have is in that of the sources; one without evidence is in their only one", () => {
  expect(languageOf("Was?", new Set(["de"]))).toBe("de");
  expect(languageOf("Kubernetes", new Set(["fr"]))).toBe("fr");
  expect(languageOf("Kubernetes")).toBeUndefined();
  expect(languageOf("Who may read the records of the audit?", new Set(["de"]))).toBe("en");
});

test("Names in Latin letters don't make a Chinese question English", () => {
  expect(languageOf("Kubernetes 的默认端口是什么？")).toBe("zh");
});
