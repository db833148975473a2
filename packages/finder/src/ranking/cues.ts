import { numberWordsOf } from "./number-words.ts";

/** Words of a language that tell what a question asks for, and that an answer of that kind has. Each is a pattern of whole words. */
interface Row {
  readonly when: string;
  readonly howMany: string;
  readonly who: string;
  readonly why: string;
  /** Openings of a question for the way to do something. */
  readonly way: string;
  readonly months: string;
  readonly because: string;
}

// A language more is a row more. Questions in a language without one have no cue.
const rows: Readonly<Record<string, Row>> = {
  en: {
    when: "when|(?:what|which) (?:year|date|day|month|century|decade)",
    howMany:
      "(?:at )?what time|how (?:many times|much time|many|much|old|long|far|tall|high|large|big|often|fast|quick(?:ly)?|soon|deep|wide|heavy)|what (?:percentage|percent|number|proportion|fraction|amount|size|age)",
    who: "who|whom|whose|which (?:person|president|king|queen|player|author|scientist|team|company)",
    why: "why|what (?:caused|causes|is the reason|was the reason)",
    way: "how (?:do|can|should|must|could|would) (?:i|we|you|one)|how to|how is .{1,60} (?:done|made|changed|set up|installed|removed)",
    months: "January|February|March|April|May|June|July|August|September|October|November|December",
    because:
      "because|since|due to|owing to|therefore|thus|so that|in order to|as a result|reason|caused?|to (?:avoid|prevent|protect|ensure)",
  },
  de: {
    when: "wann|(?:in |an |zu )?welche[mnrs]? (?:jahr|datum|tag|monat|jahrhundert|jahrzehnt|zeitpunkt)|seit wann|bis wann",
    howMany:
      "wie ?viele?(?: (?:zeit|mal))?|wie (?:alt|lange?|weit|hoch|groß|oft|häufig|schnell|tief|breit|schwer|teuer)|welche[rn]? (?:anteil|anzahl|zahl|höhe|größe)",
    who: "wer|wen|wem|wessen",
    why: "warum|weshalb|wieso|aus welchem grund|aus welchen gründen|wozu",
    way: "wie \\p{L}+ (?:ich|man|wir|sie)",
    months: "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    because: "weil|da|denn|wegen|aufgrund|deshalb|daher|damit|um zu|grund|gründe|führte zu",
  },
  fr: {
    when: "quand|(?:en |à )?quelles? (?:année|date|jour|mois|siècle|époque)|quel (?:jour|mois|siècle)",
    howMany:
      "(?:à )?quelle heure|combien(?: de (?:temps|fois))?|quelle? (?:pourcentage|nombre|proportion|quantité|taille|âge|longueur|hauteur|distance|durée|vitesse|profondeur)",
    who: "qui|à qui|de qui",
    why: "pourquoi|pour quelles? raisons?",
    way: "comment (?:\\p{L}+-(?:je|on|nous|vous)|(?:peut|doit|faut)|\\p{L}+(?:er|ir|re))",
    months: "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    because: "parce que|puisque|car|afin de|afin que|pour que|en raison|à cause|raison|donc",
  },
  es: {
    when: "cuándo|cuando|(?:en )?(?:qué|que) (?:año|fecha|día|mes|siglo|década)",
    howMany:
      "(?:a )?qu[ée] hora|cu[áa]nt[ao]s?(?: (?:tiempo|veces))?|qué (?:porcentaje|número|proporción|cantidad|tamaño|edad|altura|distancia|longitud|velocidad)|cuán|qué tan",
    who: "quién(?:es)?|quien(?:es)?",
    why: "por qué|por que|cuál (?:es|fue|era) la (?:razón|causa)",
    way: "cómo (?:se|puedo|puede|podemos|debo|hay|\\p{L}+[aei]r)",
    months: "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    because: "porque|ya que|debido a|puesto que|para que|a causa|razón|por lo tanto|por eso",
  },
  it: {
    when: "quando|(?:in )?(?:quale|che) (?:anno|data|giorno|mese|secolo)",
    howMany:
      "(?:a )?che or[ae]|quant[aoie](?: (?:tempo|volte))?|quale (?:percentuale|numero|quantità|età|altezza|distanza|durata|velocità)",
    who: "chi",
    why: "perché|per quale (?:motivo|ragione)",
    way: "come (?:si|posso|si può|possiamo|devo|\\p{L}+re)",
    months: "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    because: "perché|poiché|siccome|a causa|affinché|motivo|ragione|quindi",
  },
  pt: {
    when: "quando|(?:em )?que (?:ano|data|dia|mês|século)",
    howMany:
      "(?:a )?que horas?|quant[ao]s?(?: (?:tempo|vezes))?|qual (?:a )?(?:percentagem|porcentagem|número|quantidade|idade|altura|distância|duração|velocidade)|quão",
    who: "quem",
    why: "por que|porque|porquê|por quê",
    way: "como (?:se|posso|pode|podemos|devo|\\p{L}+[aei]r)",
    months: "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    because: "porque|pois|devido a|já que|para que|por causa|razão|portanto",
  },
  nl: {
    when: "wanneer|(?:in )?welke? (?:jaar|datum|dag|maand|eeuw)",
    howMany:
      "hoe laat|hoeveel(?: (?:tijd|keer))?|hoe (?:oud|lang|ver|hoog|groot|vaak|snel|diep|breed|zwaar)|welk (?:percentage|aantal|deel)",
    who: "wie|wiens",
    why: "waarom|om welke reden",
    way: "hoe \\p{L}+ (?:ik|je|men|we|wij|u)",
    months: "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    because: "omdat|want|doordat|vanwege|zodat|daarom|reden",
  },
  ru: {
    when: "когда|в каком (?:году|месяце|веке)|какого числа",
    howMany: "сколько(?: (?:времени|раз))?|как(?:ой|ая|ое|ова|ово|ов) (?:процент|доля|число|количество|возраст|высота|длина)",
    who: "кто|кого|кому|кем",
    why: "почему|зачем|по какой причине",
    way: "как (?:мне|можно|нужно|\\p{L}+ть)",
    months: "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
    because: "потому что|поскольку|так как|из-за|чтобы|поэтому|причин[аы]",
  },
};

// Scripts that part no words: their cues need no language.
const unspaced = {
  when: /何时|哪一?年|什么时候|いつ|언제/u,
  howMany: /多少|几[个点时号]|多[久长大高远]|몇|いくつ|いくら|何[時人冊個回件枚台本円歳分秒週階日年]|얼마/u,
  who: /谁|誰|누구/u,
  why: /为什么|为何|なぜ|왜/u,
  way: /如何|怎么|怎样|どうやって|どうすれば|方法|手順|어떻게/u,
  because: /因为|因此|由于|ため|から|때문/u,
};
const year = String.raw`(?<!\p{N})(?:1[0-9]{3}|20[0-9]{2})(?:s|er)?(?![\p{L}\p{N}])|[0-9]{1,2}(?:st|nd|rd|th) century|[0-9]年`;
const number = "[0-9]|[一二三四五六七八九十百千万亿]";
const englishNumbers = "one|million|billion|dozen|half|third|quarter";
const capitalised = /(?<=[\p{L}\p{N},;:)"'’]\s+|\()\p{Lu}[\p{L}'’.-]+/u;

// `thing` of "What is a lease?" and `word` of "What does the word lease mean?" are the lease. Longer questions ask about a thing, not for
// its definition.
const asksMeaning =
  /\b(?:what (?:is|are)|what['’]s|define) (?:an? |the )?(?<thing>[^\s,?]+(?: [^\s,?]+)?)\s*\??$|\bwhat (?:does|do) (?:an? |the )?(?:(?:word|term) )?["'“‘]?(?<word>[^\s,?"'”’]+(?: [^\s,?"'”’]+)?)["'”’]? mean\b/iu;
const marks = /^[\s|*_`>"'“‘#+-]*(?:(?:an?|the)\s+)?[*_`"'“‘]*/iu;

/** True for a question for the way to do something, which steps answer. */
export function asksWay(question: string, code: string): boolean {
  const row = rows[code];
  return (row !== undefined && new RegExp(whole(row.way), "iu").test(question)) || unspaced.way.test(question);
}

type Cue = (sentence: string) => number;

/** Cue of a question in a language: a function that says how well a sentence is of the kind that the question asks for, -0.5 to 1. */
export function createCue(question: string, code: string): Cue {
  const { thing, word = thing } = (code === "en" ? asksMeaning.exec(question.trim())?.groups : undefined) ?? {};
  if (word !== undefined) return (sentence) => (beginsWith(sentence, word) ? 1 : 0);
  const { asks, has } = patternsOf(code);
  if (asks.when(question)) return (sentence) => (has.date.test(sentence) ? 1 : -0.5);
  if (asks.howMany(question)) return (sentence) => (has.quantity.test(sentence) ? 1 : -0.5);
  if (asks.who(question)) return (sentence) => (capitalised.test(sentence) ? 0.5 : -0.5);
  if (asks.why(question)) return (sentence) => (has.reason.test(sentence) ? 0.7 : 0);
  return () => 0;
}

/**
 * Words by which a question asks for its date or its quantity, in lower case: `what year` of "In what year was it built?". An answer has the date, and seldom
 * the word. Empty where it asks for neither.
 */
export function askingWords(question: string, code: string): ReadonlySet<string> {
  const row = rows[code];
  const phrase = row && [row.when, row.howMany].map((kind) => new RegExp(whole(kind), "iu").exec(question)?.[0]).find(Boolean);
  return new Set(phrase?.toLowerCase().split(/\s+/));
}

interface Patterns {
  readonly asks: Readonly<Record<"when" | "howMany" | "who" | "why", (question: string) => boolean>>;
  readonly has: Readonly<Record<"date" | "quantity" | "reason", RegExp>>;
}

const known = new Map<string, Patterns>();

function patternsOf(code: string): Patterns {
  const found = known.get(code) ?? toPatterns(code);
  known.set(code, found);
  return found;
}

function toPatterns(code: string): Patterns {
  const row = rows[code];
  const asked = (kind: "when" | "howMany" | "who" | "why") => {
    const own = row && new RegExp(whole(row[kind]), "iu");
    return (question: string): boolean => own?.test(question) === true || unspaced[kind].test(question);
  };
  const numbers = [...numberWordsOf(code), ...(code === "en" ? englishNumbers.split("|") : [])].join("|");
  return {
    asks: { when: asked("when"), howMany: asked("howMany"), who: asked("who"), why: asked("why") },
    has: {
      date: new RegExp(row ? `${year}|${whole(row.months)}` : year, "u"),
      quantity: new RegExp(numbers === "" ? number : `${number}|${whole(numbers)}`, "iu"),
      reason: new RegExp(row ? `${unspaced.because.source}|${whole(row.because)}` : unspaced.because.source, "iu"),
    },
  };
}

/** Pattern of whole words: letters of all scripts bound it, which `\b` does not know. */
function whole(words: string): string {
  return String.raw`(?<![\p{L}\p{M}])(?:${words})(?![\p{L}\p{M}])`;
}

/** True where the sentence begins with the word, behind marks and an article, as a definition of it would. */
function beginsWith(sentence: string, word: string): boolean {
  const rest = sentence.slice(marks.exec(sentence)?.[0].length ?? 0).toLowerCase();
  return rest.startsWith(word.toLowerCase()) && /^(?:e?s)?(?![\p{L}\p{N}])/u.test(rest.slice(word.length));
}
