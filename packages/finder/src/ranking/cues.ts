const months = "January|February|March|April|May|June|July|August|September|October|November|December";
const date = new RegExp(`\\b(?:1[0-9]{3}|20[0-9]{2})s?\\b|\\b(?:${months})\\b|\\b[0-9]{1,2}(?:st|nd|rd|th) century|[0-9]年`, "u");
const numberWords =
  "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion|dozen|half|third|quarter";
const quantity = new RegExp(`[0-9]|\\b(?:${numberWords})\\b|[一二三四五六七八九十百千万亿]`, "iu");
const capitalised = /(?<=[\p{L}\p{N},;:)"'’]\s+|\()\p{Lu}[\p{L}'’.-]+/u;
const reason =
  /\b(?:because|since|due to|owing to|therefore|thus|so that|in order to|as a result|reason|caused?|to (?:avoid|prevent|protect|ensure))\b|因为|因此|由于|ため|から/iu;

const asksWhen =
  /\b(?:when|what (?:year|date|day|month|century|decade)|which (?:year|date|day|month|century|decade))\b|何时|哪一?年|什么时候|いつ/iu;
const asksHowMany =
  /\bhow (?:many|much|old|long|far|tall|high|large|big|often|fast|deep|wide|heavy)\b|\bwhat (?:percentage|percent|number|proportion|fraction|amount|size|age)\b|多少|几个|いくつ/iu;
const asksWho = /\b(?:who|whom|whose|which (?:person|president|king|queen|player|author|scientist|team|company))\b|谁|誰/iu;
const asksWhy = /\bwhy\b|\bwhat (?:caused|causes|is the reason|was the reason)\b|为什么|为何|なぜ/iu;

// `thing` of "What is a lease?" and `word` of "What does the word lease mean?" are the lease. Longer questions ask about a thing, not for
// its definition.
const asksMeaning =
  /\b(?:what (?:is|are)|what['’]s|define) (?:an? |the )?(?<thing>[^\s,?]+(?: [^\s,?]+)?)\s*\??$|\bwhat (?:does|do) (?:an? |the )?(?:(?:word|term) )?["'“‘]?(?<word>[^\s,?"'”’]+(?: [^\s,?"'”’]+)?)["'”’]? mean\b/iu;
const marks = /^[\s|*_`>"'“‘#+-]*(?:(?:an?|the)\s+)?[*_`"'“‘]*/iu;

/** Cue of a question: a function that says how well a sentence is of the kind that the question asks for, -0.5 to 1. */
export function createCue(question: string): (sentence: string) => number {
  const { thing, word = thing } = asksMeaning.exec(question.trim())?.groups ?? {};
  if (word !== undefined) return (sentence) => (beginsWith(sentence, word) ? 1 : 0);
  if (asksWhen.test(question)) return (sentence) => (date.test(sentence) ? 1 : -0.5);
  if (asksHowMany.test(question)) return (sentence) => (quantity.test(sentence) ? 1 : -0.5);
  if (asksWho.test(question)) return (sentence) => (capitalised.test(sentence) ? 0.5 : -0.5);
  if (asksWhy.test(question)) return (sentence) => (reason.test(sentence) ? 0.7 : 0);
  return () => 0;
}

/** True where the sentence begins with the word, behind marks and an article, as a definition of it would. */
function beginsWith(sentence: string, word: string): boolean {
  const rest = sentence.slice(marks.exec(sentence)?.[0].length ?? 0).toLowerCase();
  return rest.startsWith(word.toLowerCase()) && /^(?:e?s)?(?![\p{L}\p{N}])/u.test(rest.slice(word.length));
}
