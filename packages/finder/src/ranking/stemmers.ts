// The declarations are named here for programs that import this file from another package, such as an app's own type-check.
// oxlint-disable-next-line typescript/triple-slash-reference -- there is no module to import
/// <reference path="./untyped-modules.d.ts" />
import { stemmer as arabic } from "@orama/stemmers/arabic";
import { stemmer as danish } from "@orama/stemmers/danish";
import { stemmer as dutch } from "@orama/stemmers/dutch";
import { stemmer as finnish } from "@orama/stemmers/finnish";
import { stemmer as french } from "@orama/stemmers/french";
import { stemmer as german } from "@orama/stemmers/german";
import { stemmer as greek } from "@orama/stemmers/greek";
import { stemmer as hungarian } from "@orama/stemmers/hungarian";
import { stemmer as italian } from "@orama/stemmers/italian";
import { stemmer as norwegian } from "@orama/stemmers/norwegian";
import { stemmer as portuguese } from "@orama/stemmers/portuguese";
import { stemmer as romanian } from "@orama/stemmers/romanian";
import { stemmer as russian } from "@orama/stemmers/russian";
import { stemmer as spanish } from "@orama/stemmers/spanish";
import { stemmer as swedish } from "@orama/stemmers/swedish";
import { stemmer as turkish } from "@orama/stemmers/turkish";
import english from "wink-porter2-stemmer";

/** Stems one word in lower case. */
type Stemmer = (word: string) => string;

// Stemmers of Snowball, by code of ISO 639-1; that of English is Porter2.
const stemmers: Readonly<Record<string, Stemmer>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
  nl: dutch,
  sv: swedish,
  da: danish,
  no: norwegian,
  fi: finnish,
  hu: hungarian,
  ro: romanian,
  ru: russian,
  el: greek,
  tr: turkish,
  ar: arabic,
};

const plainLatin = /^[a-z]{3,60}$/;
const letters = /^[\p{L}\p{M}]{3,60}$/u;

/** Stemmer of a language; of one that has none, words are their own stems. What is longer than any word stays as it is: a stemmer takes minutes for 100 KB of one letter. */
export function stemmerOf(code: string): Stemmer {
  const stem = stemmers[code];
  const stemmed = code === "en" ? plainLatin : letters;
  return (word) => (stem && stemmed.test(word) ? stem(word) : word);
}
