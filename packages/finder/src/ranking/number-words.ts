// Number words from two on: `one` and `ein` are articles and pronouns as well. By position: 2, 3, … 12, then the tens, a hundred, a thousand.
const values = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 30, 40, 50, 60, 70, 80, 90, 100, 1000];
const rows: Readonly<Record<string, string>> = {
  en: "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
  de: "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend",
  fr: "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent mille",
  es: "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien mil",
  it: "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento mille",
  pt: "dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem mil",
  nl: "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd duizend",
  ru: "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто тысяча",
};

/** Values of number words, in the languages that have them here: `nineteen`, `neunzehn`. */
export const numberWords: ReadonlyMap<string, number> = new Map(
  Object.values(rows).flatMap((row) => row.split(" ").map((word, at) => [word, values[at] ?? 0] as const)),
);

/** Number words of a language, by its code. */
export function numberWordsOf(code: string): readonly string[] {
  return rows[code]?.split(" ") ?? [];
}

/** Numbers of a text, in its order: figures, without the marks that part their thousands, and number words as figures. */
export function numbersIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/[0-9]+(?:[.,][0-9]+)*|[\p{L}-]+/gu), ([token]) => {
    if (/^[0-9]/.test(token)) return token.replaceAll(/[.,](?=[0-9]{3}(?![0-9]))/g, "").replace(",", ".");
    return numberWords.get(token.toLowerCase())?.toString();
  }).filter((number) => number !== undefined);
}
