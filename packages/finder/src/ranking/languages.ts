// The declarations are named here for programs that import this file from another package, such as an app's own type-check.
// oxlint-disable-next-line typescript/triple-slash-reference -- there is no module to import
/// <reference path="./untyped-modules.d.ts" />
import * as stopwords from "stopword";
import { stemmerOf } from "./stemmers.ts";

/** A language whose words are parted by spaces. */
export interface Language {
  /** Code of ISO 639-1. */
  readonly code: string;
  /** Words that say nothing of what is asked for: articles, pronouns, auxiliaries, question words. */
  readonly stops: ReadonlySet<string>;
  /** Question words alone. */
  readonly asks: ReadonlySet<string>;
  /** Words that join two questions: `and`. */
  readonly and: ReadonlySet<string>;
  /** The stem of a word in lower case. */
  readonly stem: (word: string) => string;
  /** Measure that a question asks for (`fast` of "How fast is it?"), as the group `measure`: it asks, and need not stand in an answer. */
  readonly measure?: RegExp;
  /** Elided articles and pronouns: `l'` of `l'eau`; and those that a verb has behind it: `-t-il` of `ouvre-t-il`. */
  readonly elided?: RegExp;
}

interface Row {
  readonly stops: readonly string[];
  readonly asks: string;
  /** Auxiliaries, and words that a question names its thing by: `called`, `kind`. */
  readonly says: string;
  readonly and: string;
  readonly measure?: RegExp;
  readonly elided?: RegExp;
}

const elidedInFrench = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=\p{L})|-(?:t-)?(?:ils?|elles?|on|nous|vous|je|tu|ce)$/gu;
const elidedInItalian = /^(?:[cdlmnst]|dell|nell|all|sull|dall|coll|un|quest|quell|com|cos|dov|cu)['’](?=\p{L})/u;

/**
 * Languages by their code. Stop words are the lists of `stopword`, to which question words are added, since they are what a question has and its
 * answer never. A language more is a row more.
 */
const rows: Readonly<Record<string, Row>> = {
  en: {
    stops: stopwords.eng,
    asks: "what when where who whom whose which why how",
    says: "many much long often far does did do done is are was were be been being has have had can could will would shall should may might must there name called kind type",
    and: "and",
    measure:
      /(?<!\p{L})how (?<measure>\p{L}+) (?:is|are|was|were|do|does|did|must|may|can|could|should|shall|will|would|has|have|had)(?!\p{L})/iu,
  },
  de: {
    stops: stopwords.deu,
    asks: "was wann wo wer wen wem wessen warum weshalb wieso wie wieviel wieviele woher wohin womit wodurch wofür woraus worin woran worauf wovon welche welcher welches welchen welchem",
    says: "heißt heißen hieß hießen genannt nennt nennen bezeichnet name namen art gibt gab gilt wurde wurden wird werden worden hat hatte haben hatten ist sind war waren kann konnte können",
    and: "und",
    measure:
      /(?<!\p{L})wie (?<measure>\p{L}+) (?:ist|sind|war|waren|wird|werden|wurde|wurden|darf|dürfen|muss|müssen|kann|können|soll|sollen|hat|haben)(?!\p{L})/iu,
  },
  fr: {
    stops: stopwords.fra,
    asks: "qui que quoi quand où comment pourquoi combien quel quelle quels quelles lequel laquelle lesquels lesquelles",
    says: "est-ce qu'est-ce est-il est-elle sont-ils sont-elles y-a-t-il a-t-il a-t-elle appelle appelé appelée nomme nom type sorte genre peut peuvent doit doivent été fut était étaient plus fait font cela",
    and: "et",
    elided: elidedInFrench,
    measure: /(?<!\p{L})à quel point .{0,80}?-(?:il|elle|ils|elles|on) (?<measure>\p{L}+)/iu,
  },
  es: {
    stops: stopwords.spa,
    asks: "qué quién quiénes cuándo cuánto cuánta cuántos cuántas cómo dónde adónde cuál cuáles cuán cuan tan que quien quienes cuando cuanto cuanta cuantos cuantas como donde cual cuales",
    says: "es son ser era eran fue fueron sido está están estaba estaban estar hay había haber ha han tiene tienen tenía tenían tuvo hace hacen hizo puede pueden podía debe deben llama llaman llamó llamaba nombre tipo tipos clase significa este esta estos estas esos esas ella ellos él entre si",
    and: "y e",
    measure: /(?<!\p{L})(?:qué tan|que tan|cuán|cuan) (?<measure>\p{L}+)/iu,
  },
  it: {
    stops: stopwords.ita,
    asks: "cosa che chi quando dove come perché quanto quanta quanti quante quale quali qual",
    says: "chiama chiamano chiamato nome tipo genere può possono deve devono viene vengono stato stata stati state",
    and: "e ed",
    elided: elidedInItalian,
    measure: /(?<!\p{L})quanto (?:è|era|sono|erano) (?!(?:il|lo|la|i|gli|le|l['’]|un|uno|una)(?!\p{L}))(?<measure>\p{L}+)/iu,
  },
  pt: {
    stops: stopwords.por,
    asks: "quão que quem quê quando onde aonde como porquê porque quanto quanta quantos quantas qual quais",
    says: "é são era eram foi foram ser está estão há tem têm tinha pode podem deve devem chama chamado nome tipo faz",
    and: "e",
    measure: /(?<!\p{L})quão (?<measure>\p{L}+)/iu,
  },
  nl: {
    stops: stopwords.nld,
    asks: "wat wanneer waar wie wiens waarom hoe hoeveel welke welk waarmee waarvoor waarvan waarin waaruit waardoor",
    says: "heet heten heette genoemd noemt naam soort wordt worden werden is zijn was waren heeft hebben had hadden kan kunnen mag mogen",
    and: "en",
    measure:
      /(?<!\p{L})hoe (?<measure>\p{L}+) (?:is|zijn|was|waren|wordt|worden|werd|werden|mag|mogen|moet|moeten|kan|kunnen|heeft|hebben)(?!\p{L})/iu,
  },
  sv: {
    stops: stopwords.swe,
    asks: "vad när var vem vems varför hur vilken vilket vilka vart varifrån",
    says: "heter hette kallas kallades namn sorts är var finns fanns många mycket",
    and: "och",
    measure: /(?<!\p{L})hur (?<measure>\p{L}+) (?:är|var|blir|blev|får|kan|ska|måste|har)(?!\p{L})/iu,
  },
  da: {
    stops: stopwords.dan,
    asks: "hvad hvornår hvor hvem hvis hvorfor hvordan hvilken hvilket hvilke hvorfra hvortil",
    says: "hedder hed kaldes kaldtes navn slags er var findes mange meget",
    and: "og",
    measure: /(?<!\p{L})hvor (?<measure>\p{L}+) (?:er|var|bliver|blev|må|kan|skal|har)(?!\p{L})/iu,
  },
  no: {
    stops: stopwords.nob,
    asks: "hva når hvor hvem hvorfor hvordan hvilken hvilket hvilke",
    says: "heter het kalles kaltes navn slags er var finnes mange mye",
    and: "og",
    measure: /(?<!\p{L})hvor (?<measure>\p{L}+) (?:er|var|blir|ble|må|kan|skal|har)(?!\p{L})/iu,
  },
  fi: {
    stops: stopwords.fin,
    asks: "mikä mitä mitkä milloin missä mistä mihin kuka ketkä kenen ketä miksi miten kuinka millainen millä monta paljonko",
    says: "on oli ovat olivat nimi kutsutaan",
    and: "ja",
    measure: /(?<!\p{L})kuinka (?<measure>\p{L}+) (?:on|oli|ovat|olivat)(?!\p{L})/iu,
  },
  hu: {
    stops: stopwords.hun,
    asks: "mi mit mikor hol hova honnan ki kit kik kié miért hogyan hogy hány mennyi melyik milyen",
    says: "van volt vannak voltak neve hívják nevezik",
    and: "és",
  },
  ro: {
    stops: stopwords.ron,
    asks: "ce când unde cine cui cum cât câtă câți câte care cărui cărei căror",
    says: "este sunt era erau fost a au numește numit numele numele tip fel poate pot trebuie lui ei lor",
    and: "și",
    measure: /(?<!\p{L})cât de (?<measure>\p{L}+)/iu,
  },
  ca: {
    stops: stopwords.cat,
    asks: "què qui quan quant quanta quants quantes com on quin quina quins quines per",
    says: "és són era eren va van ser hi ha té tenen nom tipus",
    and: "i",
    elided: elidedInItalian,
  },
  pl: {
    stops: stopwords.pol,
    asks: "co kto kogo komu kim czym czego kiedy gdzie skąd dokąd dlaczego czemu jak ile ilu jaki jaka jakie jakich który która które których czy",
    says: "jest są był była było były nazywa nazwa rodzaj",
    and: "i oraz",
  },
  cs: {
    stops: stopwords.ces,
    asks: "co kdo koho komu kým kdy kde odkud kam proč jak kolik jaký jaká jaké který která které",
    says: "je jsou byl byla bylo byly jmenuje název druh",
    and: "a",
  },
  ru: {
    stops: stopwords.rus,
    asks: "что чего чему чем кто кого кому кем когда где откуда куда почему зачем как сколько какой какая какое какие каких каким какую какова каков каковы который которая которые чей",
    says: "был была было были есть является являются называется называют называли имя название вид тип может могут",
    and: "и",
  },
  uk: {
    stops: stopwords.ukr,
    asks: "що чого чому хто кого кому ким коли де звідки куди навіщо як скільки який яка яке які яких",
    says: "був була було були є називається назва вид може можуть",
    and: "і та й",
  },
  el: {
    stops: stopwords.ell,
    asks: "τι πότε πού ποιος ποια ποιο ποιοι ποιες ποιον ποιους γιατί πώς πόσο πόση πόσοι πόσες πόσα ποιου ποιας",
    says: "είναι ήταν έχει έχουν είχε ονομάζεται λέγεται όνομα είδος μπορεί ο η το οι τα του της των τον την στο στη στην στον στις στους στα σε με για από και που θα να δεν",
    and: "και",
  },
  tr: {
    stops: stopwords.tur,
    asks: "ne nedir neler nelerdir neyi kim kimdir kimin kimi kimler neden niçin niye nasıl nerede nereye nereden nerde zaman kaç kaçta hangi hangisi hangileri mı mi mu mü mıdır midir",
    says: "kadar var vardı adı adlandırılır denir tür olan olarak",
    and: "ve",
    measure: /(?<!\p{L})ne kadar (?<measure>\p{L}+)/iu,
  },
  id: {
    stops: stopwords.ind,
    asks: "apa apakah siapa kapan mana dimana bagaimana mengapa kenapa berapa",
    says: "nama jenis disebut adalah",
    and: "dan",
  },
  vi: { stops: stopwords.vie, asks: "gì ai nào đâu sao bao nhiêu khi thế tại", says: "là tên gọi loại có", and: "và" },
  ar: {
    stops: stopwords.ara,
    asks: "من ما ماذا متى أين كيف لماذا كم أي أية هل لمن بماذا",
    says: "هو هي كان كانت هناك يسمى تسمى اسم نوع",
    and: "و",
  },
  hi: {
    stops: stopwords.hin,
    asks: "क्या कौन कब कहाँ कहां क्यों कैसे कितना कितने कितनी किस किसे किसने किसका किसकी किसके कौनसा",
    says: "है हैं था थे थी नाम प्रकार",
    and: "और",
  },
};

function toLanguage(code: string, { stops, asks, says, and, measure, elided }: Row): Language {
  const words = (text: string): string[] => text.split(" ");
  return {
    code,
    stops: new Set([...stops.map((word) => word.replaceAll("ş", "ș").replaceAll("ţ", "ț")), ...stops, ...words(asks), ...words(says)]),
    asks: new Set(words(asks)),
    and: new Set(words(and)),
    stem: stemmerOf(code),
    ...(measure && { measure }),
    ...(elided && { elided }),
  };
}

export const languages: ReadonlyMap<string, Language> = new Map(
  Object.entries(rows).map(([code, row]) => [code, toLanguage(code, row)] as const),
);
