/**
 * Function words by language: articles, pronouns, prepositions, conjunctions. By them the language of a text is known, and, written with a
 * capital, they begin a sentence where what stands before may be an abbreviation. A language more is a row more.
 */
const functionWords = {
  en: "the a an this that these those it he she we they you i its his her our their your there here of and to in is are was were be been with for on at by from as not but or if when while after before then so all each every no some any most many both however also although because since once where which who what how why do does did has have had can will should must may only even please use see for under over our one two three nothing nobody neither today tomorrow yesterday",
  de: "der die das den dem des ein eine einer eines einem einen und ist sind war wird werden im am zum zur vom beim in an auf aus bei mit nach seit von zu er sie es wir ihr ich man dies diese dieser dieses diesem diesen jeder jede jedes alle nicht kein keine auch aber oder wenn wann dann danach dabei dazu deshalb daher dort hier so nur noch schon sehr bis ab für über unter vor ohne durch gegen um als wie was wer wo welche welcher welches warum sein seine seinen ihre ihren unser unsere mein meine bitte beide beides viele einige manche jetzt heute gestern morgen ob dass weil damit sonst außerdem trotzdem zuletzt zuerst später siehe hat haben kann muss soll darf",
  fr: "le la les un une des du au aux ce cette ces cet et est sont était dans sur avec pour par de à en il elle ils elles on nous vous je son sa ses leur leurs notre votre mon ma ne pas qui que quoi où quand comment pourquoi quel quelle quels mais ou donc or car si puis ensuite après avant depuis sans sous chez entre tout tous toute toutes chaque aucun aucune ici là aujourd'hui hier demain lorsque alors ainsi enfin cela ça celui celle c'est l' d' il y seul seule seuls voir merci",
  es: "el la los las un una unos unas y e es son era está están en de del al a con por para sin sobre entre hasta desde que quien qué quién cuándo cuánto cómo dónde cuál se no su sus lo le les nos él ella ellos ellas yo usted ustedes este esta estos estas ese esa eso esto aquel pero o si cuando donde como porque también después luego antes entonces así todo todos toda todas cada ningún ninguna nadie nada aquí allí hoy ayer mañana nuestro nuestra mi tu véase hay",
  it: "il lo la i gli le un uno una e ed è sono era nel nella nei nelle del della dei delle dello al alla ai alle dal dalla sul sulla con per di a da in su tra fra non che chi cosa quando come dove perché quanto quale si ci lui lei loro noi voi io suo sua suoi questo questa questi queste quello quella ma o se poi dopo prima anche allora così ogni tutto tutti tutte nessuno nessuna qui oggi ieri domani infine quindi inoltre bisogna",
  nl: "de het een en is zijn was waren wordt worden in op van voor met aan bij naar uit over onder door om te tot zonder dit dat deze die er hij zij ze wij we ik jij je u hun haar zijn niet geen ook maar of als wanneer toen dan daarna daarom hier daar wie wat waar hoe waarom welke alle elke ieder iedereen niemand vandaag gisteren morgen nog zo sinds na",
  pt: "o a os as um uma uns umas e é são foi era no na nos nas do da dos das ao à aos às pelo pela em de com por para sem sob sobre entre até desde que quem quando quanto como onde qual se não seu sua seus suas ele ela eles elas nós eu você vocês este esta esse essa isso isto aquele mas ou porque também depois então assim todo todos toda todas cada nenhum nenhuma ninguém nada aqui ali hoje ontem amanhã há",
} as const;

const anyFunctionWord: ReadonlySet<string> = new Set(Object.values(functionWords).flatMap((words) => words.split(" ")));

/** True for a function word with a capital, in any language: `The`, `Der`, `L'eau`. Nothing else begins a sentence so surely. */
export function beginsSentence(word: string): boolean {
  if (!/^\p{Lu}/u.test(word)) return false;
  const lower = word.toLowerCase();
  return anyFunctionWord.has(lower) || /^(?:l|d|c|j|s|n|qu|dell|nell|all|un)['’]\p{L}/u.test(lower);
}
