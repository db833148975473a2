import { enclosuresIn } from "../../text/enclosures.ts";
import { spaced, unspaced } from "./ask-words.ts";

/** Kind of a sentence of a brief: a question, one that belongs to the question before it (`Why?`), or none. */
type Ask = "question" | "tail" | "none";

const any = (key: keyof (typeof spaced)[string]): string =>
  Object.values(spaced)
    .map((words) => words[key])
    .filter((one) => one !== undefined)
    .join("|");
const wordEnd = "(?![\\p{L}\\p{N}])";
const opens = (source: string): RegExp => new RegExp(`^(?:${source})${wordEnd}`, "iu");
const asksFirst = new RegExp(`^[¿«"“]?(?:(?:${any("and")})\\s+)?(?:(?:${any("before")})\\s+)?(?:${any("words")})${wordEnd}`, "iu");
const beginsWithVerb = opens(any("verbs"));
const please = new RegExp(`^(?:(?:${any("please")})${wordEnd},?\\s*)+`, "iu");
const greeting =
  /^(?:hello|hi|hey|dear \S+|hallo|guten (?:tag|morgen)|liebe[rs]? \S+|bonjour|hola|buenos días|buenas tardes|ciao|buongiorno|salve|olá|dag)\b[^,.!:]{0,40}[,:!]\s*/iu;
const requests = opens(any("requests"));
const infinitive =
  /(?:^|\s)(?:erklären|erläutern|vergleichen|auflisten|beschreiben|nennen|zusammenfassen|angeben|darstellen|aufzählen|gegenüberstellen|klären|uitleggen|beschrijven|vergelijken|noemen)[.!]?$/iu;
const indirect = opens(any("indirect"));
// A noun, not a verb: `Name of the vessel: …`, `List price`.
const noun = /^\p{L}+\s*(?:of\b|:)/iu;
const form = new RegExp(`^(?:${any("requests")})\\s+(?:${any("form")})`, "iu");
const formOnly =
  /^(?:(?:always|please|immer|bitte|toujours|siempre|sempre)\s+)?(?:cite|quote|answer|reply|respond|use|keep|write|antworte\w*|schreib\w*|zitiere\w*|répond\w*|rédige\w*|respond\w*|escrib\w*|redact\w*|rispond\w*|scriv\w*|antwoord|schrijf|escrev\w*)\b/iu;
// A text to be worked on is in the brief itself: such an order asks the documents nothing.
const ownText =
  /\b(?:(?:the|this|these) (?:text|notes|message|paragraph|letter|mail|email|lines?)|(?:text|notes|message|lines?) (?:below|above)|(?:dies|den|die|das|folgende)\w* (?:text|notizen|absatz|zeilen|nachricht)|(?:ce|le) texte|(?:este|el) (?:siguiente )?texto|(?:questo|il) (?:seguente )?testo)\b|以下の(?:文章|文|テキスト|メモ)|(?:下面|以下)(?:的|这段)(?:文字|内容|文本|笔记)/iu;
const rhetorical = new RegExp(`^[¿]?(?:${any("rhetorical").replaceAll("\\W*$", "\\W*(?=$)")})`, "iu");
const tagged = new RegExp(
  `[,，]\\s*¿?(?:${["right", "isn['’]t it", "oder(?: nicht)?", "nicht wahr", "n['’]est-ce pas", "verdad", "no", "vero", "toch", "não é"].join("|")})\\s*[?？]$`,
  "iu",
);
const bare = new RegExp(`^¿?(?:${any("bare")})\\s*[?.]?$`, "iu");
// Limit of the questions in one sentence.
const mostParts = 12;
const joins = opens(any("and"));
// A remark in brackets may stand behind the mark: `Who made it? (see page 3)`.
const mark = /[?？][!！]?[\s"'”’»)\]）」*_]*(?:[(（][^()（）?？]{1,200}[)）][\s*_]*)?$/u;
const cjk = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const pronouns = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any("pronouns")})${wordEnd}`, "u");
const impersonal = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any("impersonal")})${wordEnd}`, "giu");
const titles = new RegExp(`^(?:${any("titles")})$`, "iu");
const background = new RegExp(`^(?:${any("background")})(?=\\s*(?:[:(–—-]|$))`, "iu");
const announces = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any("announces")})${wordEnd}`, "iu");

/** A sentence's own words: without emphasis, a greeting, and "please". */
function bareOf(sentence: string): string {
  const plain = sentence.replaceAll(/[*_]{1,3}/g, "").trim();
  return plain.replace(greeting, "").replace(please, "").trim();
}

/** Kind of a sentence of a brief, by how it asks. `isLine`: it is a line or an item of its own, where a question may lack its mark. */
export function askOf(sentence: string, { isLine, isHeading = false }: { readonly isLine: boolean; readonly isHeading?: boolean }): Ask {
  const said = bareOf(sentence);
  if (!/[\p{L}\p{N}]/u.test(said)) return "none";
  if (bare.test(said) || unspaced.bare.test(said)) return "tail";
  const marked = mark.test(said);
  if (cjk.test(said)) {
    if (unspaced.rhetorical.test(said) || unspaced.reported.test(said)) return "none";
    if (unspaced.form.test(said) && !marked) return "none";
    if (marked) return "question";
    if (isHeading || ownText.test(said)) return "none";
    if (unspaced.requests.test(said) || unspaced.opens.test(said) || unspaced.indirect.test(said)) return "question";
    if (unspaced.ends.test(said) && !unspaced.notEnds.test(said)) return "question";
    if (isLine && !/[。．.：:]$/u.test(said) && unspaced.words.test(said)) return "question";
    return "none";
  }
  if (rhetorical.test(said) || tagged.test(said)) return "none";
  if (marked) return isQuotedWhole(said) ? "none" : "question";
  if (isHeading) return "none";
  if (indirect.test(said)) return "question";
  if (form.test(said) || formOnly.test(said) || ownText.test(said)) return "none";
  if (requests.test(said) && !noun.test(said)) return "question";
  if (infinitive.test(said) && please.test(sentence.trim())) return "question";
  if (isLine && !/[.!:;,]$/.test(said) && /\s/.test(said) && (asksFirst.test(said) || beginsWithVerb.test(said))) return "question";
  return "none";
}

const wideRequest = new RegExp(`(?:について|に関して)?を?${unspaced.requests.source}`, "u");

/**
 * Content of a question, without what makes it one: a greeting, "please", "I would like to know", the verb of a request. `Please explain how it
 * works.` asks for `how it works.`; an answer that says how need not explain anything. The question itself where nothing else is in it.
 */
export function askedContent(question: string): string {
  const said = bareOf(question);
  const asked = cjk.test(said)
    ? said.replace(unspaced.opens, "").replace(wideRequest, "")
    : withoutRequest(question, said.replace(indirect, ""));
  return /[\p{L}\p{N}]/u.test(asked) ? asked.trim() : question;
}

const receiver = /^\s*(?:(?:me|us|mir|uns|nous|nos)\s+)?/iu;

/** Text without the verb that asks for it. A phrase without a full stop or "please" may begin with a noun of that form: `State aid`. */
function withoutRequest(question: string, said: string): string {
  const isPolite = please.test(
    question
      .replaceAll(/[*_]{1,3}/g, "")
      .trim()
      .replace(greeting, ""),
  );
  const rest = said.replace(requests, "").replace(receiver, "");
  const isRequest = isPolite || /[.!]$/.test(said) || asksFirst.test(rest);
  return isRequest && !noun.test(said) ? rest.replace(isPolite ? infinitive : /$^/, "") : said;
}

/** True for a quotation, which somebody else asks. */
function isQuotedWhole(said: string): boolean {
  const [only] = enclosuresIn(said);
  return only !== undefined && only.form === "quote" && only.start === 0 && only.end === said.length && said.length < 400;
}

/** True for the title of a list of questions: `Questions`, `Fragen:`, 質問. */
export function isTitle(line: string): boolean {
  const title = line.replaceAll(/[*_#:：]/g, "").trim();
  return titles.test(title) || unspaced.titles.test(title);
}

/** True for a paragraph or title that says that it is background: nothing in it is asked. */
export function isBackground(line: string): boolean {
  const plain = line.replaceAll(/[*_#]/g, "").trim();
  return background.test(plain) || (unspaced.background.test(plain) && /^.{1,6}(?:[:：（(]|$)/u.test(plain));
}

/** True for a line that announces questions: it ends with a colon and speaks of answers, questions, or of what somebody would like to know. */
export function announcesQuestions(line: string): boolean {
  return /[:：]\s*$/.test(line) && (announces.test(line) || unspaced.announces.test(line));
}

const joints = new RegExp(
  `\\s*;\\s+|,?\\s+(?:${any("and")})\\s+¿?(?=(?:(?:${any("before")})\\s+)?(?:${any("words")})${wordEnd})|,\\s+(?=(?:${any("words")})\\s+(?:${any("verbs")})${wordEnd})`,
  "giu",
);
const wideJoints = /(?<=か)[、，](?:また|そして)?|[，；;](?:又|并且|以及|而且|还有|那么)?|、(?:また|そして)/gu;

/** A question as it is asked, and what it is about, for those after it that leave their subject out. */
interface Asked {
  readonly text: string;
  readonly subject: string;
}

/**
 * Parts a sentence that asks two things: "What is it; and when was it made?". A part of one word ("and why?") stays with the one before. A
 * question that has only a pronoun for its subject, or nothing, keeps that of the question before it, in brackets: "What is it for? (a heat
 * pump)". `before` is the subject of the question that stands right before the sentence.
 */
export function splitAsk(sentence: string, before = ""): Asked[] {
  const isWide = cjk.test(sentence);
  const parts = partsOf(sentence, isWide ? wideJoints : joints);
  const sign = !isWide ? "?" : /か[。]?$/u.test(sentence) ? "" : "？";
  let subject = before;
  return parts.map((part, at) => {
    const [own, elliptic] = [subjectOf(part), isElliptic(part, at > 0)];
    const piece = at === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1);
    const text = parts.length === 1 || mark.test(piece) || /[。か]$/u.test(piece) ? piece : `${piece}${sign}`;
    const kept = elliptic && subject !== "" ? subject : "";
    // A question that leans on a subject adds to it only where it names a thing of its own: "Who made it?" does not.
    if (kept === "") subject = own;
    else if (determiners.test(own) || (isWide && own.length > 3)) subject = `${kept}; ${own}`.slice(0, 200);
    return { text: kept === "" ? text : `${text} (${kept})`, subject };
  });
}

function partsOf(sentence: string, joint: RegExp): string[] {
  if (!mark.test(sentence) && !/か[。]?$/u.test(sentence)) return [sentence];
  const within = enclosuresIn(sentence);
  const pieces: string[] = [];
  let from = 0;
  for (const cut of sentence.matchAll(joint)) {
    if (pieces.length === mostParts) break;
    const [left, right] = [sentence.slice(from, cut.index), sentence.slice(cut.index + cut[0].length)];
    if (within.some(({ start, end }) => start < cut.index && cut.index < end)) continue;
    if (!isAskedPart(left) || !isAskedPart(right)) continue;
    pieces.push(left);
    from = cut.index + cut[0].length;
  }
  return [...pieces, sentence.slice(from)].map((piece) => piece.trim());
}

/** True for what can stand as a question of its own: two words or more, which ask; in Chinese and Japanese, with a question word of its own. */
function isAskedPart(part: string): boolean {
  const said = bareOf(part);
  if (cjk.test(said))
    return /\p{L}{3}/u.test(said) && (unspaced.words.test(said) || /(?:か|何|なに|いつ|どこ|誰|なぜ|どう|どの|いくら|いくつ)/u.test(said));
  return /\S\s+\S/.test(said) && !/^(?:if|wenn|falls|si|se)\b[^,]*$/iu.test(said);
}

/** Subject of a question: its words without the question word, its verb, and the mark. */
function subjectOf(question: string): string {
  const said = bareOf(question).replace(/[?？。]+\s*(?:[(（][^()（）?？]{1,200}[)）]\s*)?$/u, "");
  if (cjk.test(said))
    return said
      .replaceAll(
        /(?:是)?(?:什么|什麼|多少|哪[里个些]|谁)|^(?:什么是|谁是)|(?:とは)?(?:何|なん)?(?:です|ます)か.*$|いつ|どこ|[はがを]$/gu,
        "",
      )
      .trim()
      .slice(0, 80);
  const asked = said.replace(new RegExp(`^[¿]?(?:(?:${any("before")})\\s+)?(?:${any("words")})${wordEnd}\\s*`, "iu"), "");
  const verbs =
    /^(?:(?:is|are|was|were|does|do|did|can|could|may|must|should|will|has|have|had|ist|sind|war|waren|wird|werden|wurde|wurden|hat|haben|kann|können|muss|darf|gilt|est|sont|fut|était|es|son|fue|era|está|è|fu|sono|é|são|foi|zijn|was|werd|wordt|heißt|bedeutet|significa|signifie)\s+|(?:cos|dov|com|qual|quand)['’](?:è|era)\s+)/iu;
  const told = asked.replace(verbs, "");
  const subject = told
    .replace(/^(?:i|we|you|one|ich|wir|man|je|nous|on|vous)\s+/iu, "")
    .trim()
    .slice(0, 120);
  // The verb of "Who signs?" is no subject.
  return /\s/.test(subject) || !/^(?:who|wer|qui|quién|chi|wie)\s\S+$/iu.test(said) ? subject : "";
}

// A noun of the question's own. Before a question word, `a` is a preposition: `a che cosa`.
const determiners =
  /(?<!\p{L})(?:an?(?!\s+(?:che|chi|quale?|quant[aoie]|qui[ée]n|qu[ée]|cu[aá]l|d[oó]nde|quem|qual|quoi)(?!\p{L}))|the|my|our|your|der|die|das|dem|den|ein|eine[rmns]?|le|la|les|une?|el|los|las|una|il|lo|gli|de|het|een)\s\p{L}|\b[dl]['’]\p{L}/iu;

// Short questions without a topic of their own: 由谁负责？ in Chinese, and one without a particle for it in Japanese and Korean.
const leansWide =
  /^(?:由|谁|誰|什么|几|多|怎|如何|何|哪|为|在哪)|^(?=.*\p{sc=Hiragana})(?!.*[はがをも])|^(?=.*\p{sc=Hangul})(?!.*[은는이가을를](?:\s|$))/u;

// "le musée est-il fermé": the pronoun repeats the noun that stands before its verb.
const repeated =
  /(?<!\p{L})(?:les?|la|une?|des|du|ce(?:t|tte|s)?|mon|ma|mes|ton|ta|tes|son|sa|ses|notre|nos|votre|vos|leurs?|l['’])\s?\p{L}[^?,;]{1,100}?\p{L}-(?:t-)?(?:ils?|elles?)(?!\p{L})/giu;

/** True for a question that leaves its subject to the one before it: it has a pronoun, begins with "and", or has hardly a word of its own. */
function isElliptic(question: string, isPart: boolean): boolean {
  if (!mark.test(question) && !isPart && !/か[。]?$/u.test(question)) return false;
  if (cjk.test(question))
    return (
      unspaced.pronouns.test(question) ||
      /^(?:また|そして|では|那|那么|又)/u.test(question) ||
      (Array.from(question).length < 12 && (isPart || leansWide.test(question)))
    );
  return (
    pronouns.test(question.replaceAll(impersonal, "").replaceAll(repeated, "")) ||
    joins.test(question) ||
    (isPart && question.split(/\s+/).length < 5 && !determiners.test(question))
  );
}
