/** Words by which a sentence asks, by language. Regular expressions, in small letters; a language more is a row more. */
interface AskWords {
  /** Question words that may begin a question, and that a second question in one sentence begins with. */
  readonly words: string;
  /** Verbs that may begin a question without a mark: "is …", "does …". */
  readonly verbs?: string;
  /** Words that join two questions. */
  readonly and?: string;
  /** Prepositions that may stand before a question word. */
  readonly before?: string;
  /** Openings of a request: verbs that ask for content. */
  readonly requests: string;
  /** Words that may stand before such a verb. */
  readonly please: string;
  /** Openings of an indirect question. */
  readonly indirect: string;
  /** Pronouns for what the question before it is about. */
  readonly pronouns?: string;
  /** Phrases with a pronoun for nothing: "is it possible to …", "gibt es". */
  readonly impersonal?: string;
  /** Words of a line that announces the questions below it. */
  readonly announces: string;
  /** Words that a request of form, not of content, goes on with. */
  readonly form: string;
  /** Questions that expect no answer. */
  readonly rhetorical: string;
  /** Bare questions, which belong to the one before. */
  readonly bare: string;
  /** Titles and labels of a list of questions, and of what is background only. */
  readonly titles: string;
  readonly background: string;
}

export const spaced: Readonly<Record<string, AskWords>> = {
  en: {
    words: "how (?:many|much|long|often|far|old|big|large|high|soon)|how|what|what's|when|who|whom|whose|why|where|which",
    verbs: "is|are|was|were|does|do|did|can|could|may|must|should|will|would|has|have|had",
    and: "and|as well as",
    before: "for|to|from|by|with|in|on|at|of|until|since|under|about",
    requests:
      "explain|describe|list|compare|summari[sz]e|outline|name|give(?: me| us)?|tell (?:me|us)|show (?:me|us)|define|identify|state|clarify|discuss|analy[sz]e|find(?: out)?|calculate|estimate|determine|enumerate|say|specify|indicate|provide|contrast|assess|evaluate|walk (?:me|us) through|break down|work out|check (?:whether|if)|(?:prepare|create|make|compile|draw up) (?:a|an) (?:\\w+ )?(?:list|overview|table|comparison) of|(?:i|we) need (?:a|an) (?:\\w+ )?(?:list|overview|table|comparison|explanation) of|(?:can|could|would|will) you (?:please )?(?:explain|tell|describe|list|compare|give|say|clarify|find)",
    please: "please|kindly|also|then|first|second|third|finally|next|additionally|and|now|in addition|furthermore|lastly",
    indirect:
      "(?:i|we)(?:'d|’d| would| should)? (?:really |also |just |still )*(?:like|love|want|need|wish|have|am trying|are trying|'m trying|am keen|are keen)(?: you)? to (?:know|understand|learn|find out|ask|see)(?! (?:more|it|that|this|so|better)\\b(?! about))|(?:i|we)(?: am|'m|’m| are|'re)? (?:wonder|wondering|curious|unsure|not sure|interested (?:in|to know))|(?:please )?let (?:me|us) know (?:what|when|who|why|where|which|how|if|whether)|it would (?:help|be (?:good|helpful|useful|nice)) to know|what (?:i|we) (?:want|need|would like) to know is|(?:my|our|the) question is|do you (?:happen to )?know|(?:i|we) don['’]t (?:know|understand) (?:what|when|who|why|where|which|how|if|whether)\\b.{0,120}\\bplease",
    pronouns: "it|its|they|them|their|theirs|he|him|his|she|her",
    impersonal:
      "it (?:be )?(?:not |also |still |ever )?(?:possible|impossible|allowed|permitted|forbidden|prohibited|necessary|required|mandatory|compulsory|obligatory|legal|usual|advisable|true)(?= (?:to|for|that)(?!\\p{L}))|it takes?(?= )|it costs? to",
    announces: "questions?|answer|answers|know|tell|explain|clarify|cover|address|find out|wonder|following|asking|settle",
    form: "(?:the |its |their |your |a )?(?:exact |relevant |right )?(?:(?:document|file)s?(?: (?:and|or) (?:the )?(?:page|section|line)s?)|pages?|sources?|sections?|paragraphs?|references?|citations?|answers?|language|tone|format|length|short|brief|line numbers?)\\b",
    rhetorical:
      "who (?:has|have) never|who (?:doesn['’]t|does not|wouldn['’]t|would not|hasn['’]t|cares|knows\\b\\W*$)|isn['’]t (?:it|that)\\W*$|right\\W*$|what could (?:possibly )?go wrong|who would have thought|how hard can it be|(?:can|could) you (?:please )?help(?: me| us)?(?: with (?:this|that|it|these))?\\W*$|how are you|any (?:ideas?|thoughts)\\W*$|why not\\W*$|what more could",
    bare: "why|why not|how so|why so|how come|and why|if so,? (?:how|why|when)|if not,? why(?: not)?|since when|and how",
    titles:
      "(?:open |my |our |the |your )?questions?(?: to (?:be )?answer(?:ed)?)?|what (?:i|we) (?:want|need|would like) to know|to (?:be )?answer(?:ed)?",
    background: "background|context|about|notes?|situation|history|form|format|style|output",
  },
  de: {
    words:
      "wie(?: viele?| lange| oft| hoch| weit| groß)?|was|wann|wer|wen|wem|wessen|warum|weshalb|wieso|wo|woher|wohin|wozu|wofür|womit|wodurch|worin|wovon|worauf|woran|welch(?:e|er|es|em|en)|inwiefern|inwieweit|ob",
    verbs: "ist|sind|war|waren|hat|haben|kann|können|darf|dürfen|muss|müssen|soll|sollen|sollte|wird|werden|gibt|gilt|gelten",
    and: "und|sowie|bzw\\.",
    before: "für|mit|von|zu|an|auf|in|bis|ab|seit|bei|aus|nach|unter|über|durch|um|gegen",
    requests:
      "erkl(?:är|aer)(?:e|en sie|t|en)?|beschreib(?:e|en sie|t|en)?|nenn(?:e|en sie|t|en)?|list(?:e|en sie|et)|vergleich(?:e|en sie|t|en)?|erläuter(?:e|n sie|t|n)|fass(?:e|en sie|t)|zeig(?:e|en sie|t)?|stell(?:e|en sie|t)? (?:.{1,80} )?(?:dar|gegenüber|zusammen)|gib|geben sie|sag(?:e|en sie|t)?|zähl(?:e|en sie|t)|ermittl?(?:e|le|eln sie)|kläre|klären sie|prüfe|prüfen sie|definier(?:e|en sie)|skizzier(?:e|en sie)|führe? .{1,80} auf|(?:ich|wir) (?:brauche|brauchen|bräuchte|benötige|benötigen) (?:eine |einen )?(?:\\w+ )?(?:liste|übersicht|aufstellung|erklärung|vergleich)|(?:können|könnten|könntest|kannst|würden|würdest) (?:sie|du|ihr) (?:mir |uns )?(?:bitte )?(?:.{1,160} )?(?:erklären|sagen|nennen|beschreiben|mitteilen|erläutern|auflisten|vergleichen)",
    please: "bitte|dann|außerdem|ferner|und|zudem|zuerst|zunächst|schließlich|danach|weiter|auch|jetzt|nun",
    indirect:
      "(?:ich|wir) (?:möchten?|würden?|wollen|will|hätten?|müssen|muss|wüssten?) (?:auch |gerne? |noch |nur )*(?:.{0,20} )?(?:wissen|erfahren|verstehen|fragen)|(?:ich|wir) wüssten? (?:gerne?|auch)|wüssten? (?:ich|wir) (?:gerne?|auch)|(?:möchten?|würden?|wollen|will|hätten?|müssen|muss) (?:ich|wir) (?:auch |gerne? |noch |nur )*(?:.{0,20} )?(?:wissen|erfahren|verstehen)|interessiert (?:mich|uns)|fragen? (?:ich mich|wir uns)|(?:mich|uns) (?:interessiert|würde interessieren)|(?:ich|wir) fragen? (?:mich|uns)|(?:meine|unsere|die) frage (?:ist|lautet)|(?:es )?(?:wäre|ist) (?:gut|hilfreich|wichtig),? zu (?:wissen|erfahren)|sag(?:t|en sie)? (?:mir|uns) bitte|mir ist (?:nicht klar|unklar)|unklar ist",
    pronouns: "es|er|sie|ihn|ihm|ihnen|dessen|deren|dafür|dazu|damit|davon|daran",
    impersonal:
      "gibt es|es gibt|es (?:nicht |auch )?(?:möglich|erlaubt|verboten|gestattet|zulässig|nötig|notwendig|erforderlich|üblich|pflicht)|(?:dauert|kostet) es(?=,)|handelt es sich",
    announces: "fragen?|beantwort\\w*|antworten?|wissen|klären|sagen|nennen|erklär\\w*|erläuter\\w*|folgende\\w*|interessier\\w*",
    form: "(?:die |den |das |der |jeweils |immer |bitte |dabei |auch )*(?:genaue |jeweilige )?(?:seiten?|seitenzahl(?:en)?|quellen?|fundstellen?|abschnitte?|absatz|belege?|antwort(?:en)?|dich kurz|sich kurz|sprache)\\b",
    rhetorical:
      "wer (?:kennt|hat|weiß) .{0,60}\\b(?:nicht|noch nie)\\b|wer weiß\\W*$|oder(?: nicht)?\\W*$|nicht wahr\\W*$|stimmt['’]?s\\W*$|(?:kannst|können|könnt|könnten) (?:du|sie|ihr) (?:mir |uns )?(?:bitte )?(?:da(?:bei|mit) )?(?:weiter)?helfen\\W*$|wie geht(?:['’]?s| es)|was soll(?:['’]?s| das)\\W*$|warum auch nicht\\W*$|muss das (?:wirklich )?sein",
    bare: "warum|warum nicht|weshalb|wieso|wieso nicht|und warum|und wieso|wenn ja,? (?:wie|warum|wann|welche\\w*)|wenn nein,? warum|seit wann|und wie",
    titles: "(?:offene |meine |unsere |die )?fragen?(?: an .{1,40})?|zu klären|zu beantworten|was wir wissen (?:wollen|möchten)",
    background: "hintergrund|kontext|vorbemerkung|zur lage|ausgangslage|notizen|hinweise?|form|format|umfang|stil",
  },
  fr: {
    words:
      "comment|combien|quand|qui|quoi|que|qu['’]est-ce qu(?:e|i|['’])\\S*|qu['’]\\S+|quels?|quelles?|où|pourquoi|lequel|laquelle|est-ce qu\\S*|à partir de quand|à quoi|en quoi",
    and: "et|ainsi que",
    before: "à|de|pour|avec|depuis|par|dans|en|sur|sous|jusqu['’]à|d['’]",
    requests:
      "expliqu(?:e|ez|er)|décri(?:s|vez|re)|list(?:e|ez|er)|compar(?:e|ez|er)|résum(?:e|ez|er)|énumér(?:ez|er)|énumère|nomm(?:e|ez)|indiqu(?:e|ez|er)|donn(?:e|ez)(?:-(?:moi|nous))?|dis-moi|dites(?:-(?:moi|nous))?|présent(?:e|ez)|précis(?:e|ez|er)|cit(?:e|ez)|détaill(?:e|ez)|défini(?:s|ssez|r)|montr(?:e|ez)|rappel(?:le|ez)|dress(?:e|ez) (?:une |la )?liste|(?:il me|il nous) (?:faut|faudrait) (?:une |un )?(?:liste|aperçu|explication|comparaison)|(?:pouvez|pourriez)-vous (?:m['’]|me |nous )?(?:expliquer|dire|indiquer|décrire|préciser)|merci (?:de|d['’]) ?(?:nous |m['’]|me |bien vouloir )*(?:expliquer|décrire|indiquer|préciser|dire|lister|comparer|détailler|énumérer|présenter)",
    please: "veuillez|merci de|s['’]il (?:vous|te) pla[iî]t|svp|puis|ensuite|enfin|et|aussi|d['’]abord|également",
    indirect:
      "(?:je|j['’]|nous) ?(?:voudr(?:ais|ions)|aimer(?:ais|ions)|souhait(?:e|ons|erais|erions)|veux|voulons|dois|devons|cherche|cherchons)(?: bien| aussi| également)?(?: à)? (?:savoir|comprendre|connaître|demander)|(?:je me|nous nous) demand(?:e|ons)|(?:ma|notre|la) question est|(?:je ne|nous ne) sa(?:is|vons) pas|il serait (?:bon|utile) de savoir|reste à savoir",
    // An Italian article is written as the French pronoun is.
    pronouns:
      "ils?(?! +\\p{L}+ +(?:d[ei]|del|della)(?!\\p{L}))(?= +(?:est|sont|a|ont|faut|était|étaient|sera|seront|peut|doit|va|y|n['’]))|(?<=-|-t-)ils?|elle|elles|celui-ci|celle-ci|cela|ça|ceci",
    impersonal:
      "il y a|y a-t-il|faut-il|il faut|vaut-il mieux|s['’]agit-il|suffit-il|convient-il|est-il (?:possible|permis|autorisé|interdit|nécessaire|obligatoire|utile|prévu|vrai)",
    announces: "questions?|répon\\w*|savoir|dire|expliqu\\w*|précis\\w*|suivant\\w*|points?|indiqu\\w*",
    form: "(?:toujours |chaque fois |aussi )*(?:la |les |le |l['’]|vos |votre |des )?(?:pages?|sources?|sections?|paragraphes?|références?|réponses?|article cité|numéros? de page)\\b",
    rhetorical:
      "qui n['’]a (?:jamais|pas)|qui (?:ne )?(?:sait|connaît) (?:pas|jamais)|n['’]est-ce pas\\W*$|non\\W*$|qui sait\\W*$|(?:pouvez-vous|pourriez-vous|peux-tu) (?:m['’]|nous )aider\\W*$|comment (?:allez-vous|ça va|vas-tu)|à quoi bon",
    bare: "pourquoi|pourquoi pas|et pourquoi|comment cela|depuis quand|si oui,? (?:comment|pourquoi|quand|laquelle|lesquelles)|sinon,? pourquoi|et comment",
    titles: "(?:mes |nos |les )?questions?(?: ouvertes)?|à savoir|ce que (?:je|nous) (?:voudrais|voulons|voudrions) savoir",
    background: "contexte|situation|notes?|rappel|forme|format|consignes",
  },
  es: {
    words:
      "qué|quién(?:es)?|cuándo|cómo|dónde|adónde|cuál(?:es)?|cuánt(?:o|a|os|as)|por qué|para qué|a qué|de qué|con qué|en qué|desde cuándo|hasta cuándo",
    and: "y|e|así como",
    before: "para|de|con|a|en|por|desde|hasta|ante|bajo|sobre",
    requests:
      "expl[ií](?:ca|que|quen|car|came|quenos|queme)|expl[ií][cq]u?(?:a|e)(?:me|nos)?|descri(?:be|ba|ban|bir)|compar(?:a|e|en|ar)|enumer(?:a|e|en|ar)|list(?:a|e|en|ar)|resum(?:e|a|an|ir)|indi(?:ca|que|quen|car)|d[ií](?:me|game|ganos)|di|diga|nombr(?:a|e|en)|detall(?:a|e|en|ar)|defin(?:e|a|an|ir)|señal(?:a|e|en)|haz (?:una )?lista|haga (?:una )?lista|aclar(?:a|e|en|ar)|mencion(?:a|e|en)|necesit(?:o|amos) (?:una )?(?:lista|explicación|comparación)|(?:puede|puedes|podría|podrías|pueden|podrían) (?:explicar|decir|indicar|describir|aclarar)\\S*",
    please: "por favor|luego|después|además|también|y|primero|finalmente|por último",
    indirect:
      "(?:quisiera|quiero|queremos|quisiéramos|me gustaría|nos gustaría|necesito|necesitamos|desearía|deseo|deseamos|querría) (?:también )?(?:saber|conocer|entender|preguntar|comprender)|me pregunto|nos preguntamos|(?:mi|nuestra|la) (?:duda|pregunta) es|no (?:sé|sabemos|tengo claro) (?:si|qué|quién|cuándo|cómo|dónde|cuál|cuánt\\w)|me interesa saber",
    pronouns: "lo|ello|él|ella|ellos|ellas|eso|esto",
    announces: "preguntas?|responde\\w*|respond\\w*|conteste\\w*|contesta\\w*|saber|decir|explic\\w*|siguientes?|dudas?|aclar\\w*|indi\\w*",
    form: "(?:siempre |también )*(?:la |las |el |los |tus |sus |en )?(?:páginas?|fuentes?|secci(?:ón|ones)|párrafos?|referencias?|respuestas?|cada respuesta)\\b",
    rhetorical:
      "¿?quién no (?:ha|se|sabe|conoce)|¿?verdad\\W*$|¿?no\\W*$|¿?no es (?:así|cierto)\\W*$|quién sabe\\W*$|(?:puede|puedes|podría|pueden) ayudar(?:me|nos)\\W*$|cómo está(?:n|s)?\\W*$",
    bare: "por qué|por qué no|y por qué|cómo así|desde cuándo|en caso afirmativo,? \\S+|si es así,? (?:cómo|por qué|cuándo)|y cómo",
    titles: "(?:mis |nuestras |las )?(?:preguntas?|dudas?)(?: abiertas)?|por responder|lo que (?:quiero|queremos) saber",
    background: "contexto|antecedentes|situación|notas?|forma|formato",
  },
  it: {
    words:
      "chi|che cosa|cosa|che|quando|come|dove|perché|quale|quali|qual|quanto|quanta|quanti|quante|a che|per quanto|da quando|fino a quando",
    and: "e|ed|nonché",
    before: "a|per|di|da|con|in|su|fino a|entro",
    requests:
      "spieg(?:a|hi|ate|are|ami|aci)|descriv(?:i|a|ete|ere)|elenc(?:a|hi|ate|are)|confront(?:a|i|ate|are)|riassum(?:i|a|ete|ere)|indic(?:a|hi|ate|are)|dimmi|dica|dite|dicci|nomin(?:a|i|ate)|definisc(?:i|a)|illustr(?:a|i|ate)|precis(?:a|i|ate)|chiarisc(?:i|a)|paragon(?:a|i|ate)|fai (?:un )?elenco|mi serve (?:un )?(?:elenco|confronto|una spiegazione)|(?:può|puoi|potrebbe|potresti|potete|potreste) (?:spiegar|dir|indicar|descriver|chiarir)\\S*",
    please: "per favore|per piacere|poi|inoltre|e|anche|infine|prima",
    indirect:
      "(?:vorrei|voglio|vogliamo|vorremmo|mi piacerebbe|ci piacerebbe|devo|dobbiamo) (?:anche )?(?:sapere|capire|conoscere|chiedere)|mi chiedo|ci chiediamo|(?:la mia|la nostra|la) domanda è|non (?:so|sappiamo|mi è chiaro) (?:se|chi|che|cosa|quando|come|dove|perché|quale|quanto)|mi interessa sapere",
    pronouns: "esso|essa|essi|esse|questo|lui|lei",
    announces: "domand[ae]|rispond\\w*|rispost\\w*|sapere|dire|spieg\\w*|seguent[ei]|chiarir\\w*|indic\\w*",
    form: "(?:sempre |anche )*(?:la |le |il |i |gli |l['’])?(?:pagin[ae]|font[ei]|sezion[ei]|paragraf[oi]|riferiment[oi]|rispost[ae])\\b",
    rhetorical:
      "chi non (?:ha|si|sa|conosce)|vero\\W*$|no\\W*$|giusto\\W*$|chi lo sa\\W*$|(?:può|puoi|potete|potreste) aiutar(?:mi|ci)\\W*$|come (?:sta|stai|va)\\W*$",
    bare: "perché|perché no|e perché|come mai|da quando|se sì,? \\S+|e come",
    titles: "(?:le |mie |nostre )*domand[ae](?: aperte)?|da chiarire",
    background: "contesto|premessa|situazione|note?|forma|formato",
  },
  nl: {
    words: "hoe|hoeveel|wat|wanneer|wie|wiens|waarom|waar|waarvoor|waarmee|waaraan|welke?|waartoe",
    verbs: "is|zijn|kan|kunnen|mag|mogen|moet|moeten|heeft|hebben|wordt|worden|geldt",
    and: "en|alsook",
    before: "voor|met|van|aan|op|in|tot|vanaf|sinds|bij|door",
    requests:
      "leg (?:.{1,80} )?uit|beschrijf|noem|geef|vergelijk|som (?:.{1,80} )?op|vat (?:.{1,80} )?samen|vertel (?:me|ons|mij)|zeg|verklaar|definieer|licht (?:.{1,80} )?toe|(?:kun|kunt|kan) (?:je|u) (?:.{1,120} )?(?:uitleggen|vertellen|zeggen|noemen)",
    please: "alstublieft|alsjeblieft|graag|en|ook|dan|daarna|verder|tot slot|eerst",
    indirect:
      "(?:ik|we|wij) (?:wil|willen|zou|zouden)(?: ook| graag)*(?: willen)? weten|(?:wil|willen|zou|zouden) (?:ik|we|wij)(?: ook)?(?: graag)?(?: willen)? weten|(?:ik|we|wij) vra(?:ag|gen) (?:me|ons)(?: af)?|(?:mijn|onze|de) vraag is",
    pronouns: "hij|zij|ze|hem|ervan|ervoor|ermee",
    impersonal: "(?:is|zijn|wordt|worden|kan|kunnen|mag|mogen|moet|moeten|komt|komen) er|er (?:is|zijn|wordt|worden|komt|komen)",
    announces: "vra(?:ag|gen)|beantwoord\\w*|antwoord\\w*|weten|zeggen|uitleg\\w*|volgende",
    form: "(?:altijd |steeds )*(?:de |het )?(?:pagina['’]?s?|bron(?:nen)?|paragra(?:af|fen)|antwoord(?:en)?)\\b",
    rhetorical: "wie (?:kent|heeft) .{0,40}\\bniet\\b|toch\\W*$|nietwaar\\W*$|wie weet\\W*$",
    bare: "waarom|waarom niet|en waarom|hoezo|sinds wanneer",
    titles: "(?:mijn |onze |de )?vragen?",
    background: "achtergrond|context",
  },
  pt: {
    words: "o que|que|quem|quando|como|onde|qual|quais|quanto|quanta|quantos|quantas|por que|porque|para que|desde quando|até quando",
    and: "e|bem como",
    before: "para|de|com|a|em|por|desde|até",
    requests:
      "expli(?:que|ca|quem|car)|descrev(?:a|am|er)|list(?:e|em|ar)|compar(?:e|em|ar)|resum(?:a|am|ir)|indi(?:que|quem|car)|diga|diz|enumer(?:e|em|ar)|defin(?:a|ir)|detalh(?:e|em|ar)|cite",
    please: "por favor|depois|também|além disso|e|primeiro|por fim",
    indirect:
      "(?:gostaria|gostaríamos|quero|queremos|queria|preciso|precisamos) (?:de )?(?:saber|entender|perguntar|conhecer)|(?:eu )?me pergunto|(?:a minha|a nossa|a) (?:dúvida|pergunta) é",
    pronouns: "ele|ela|eles|elas|isso|isto",
    announces: "perguntas?|respond\\w*|saber|dizer|expli\\w*|seguintes?|dúvidas?",
    form: "(?:sempre )*(?:a |as |o |os )?(?:páginas?|fontes?|seç(?:ão|ões)|parágrafos?|referências?|respostas?)\\b",
    rhetorical: "quem nunca|quem não|não é\\W*$|certo\\W*$|né\\W*$|quem sabe\\W*$",
    bare: "por quê|por que não|e por quê|desde quando",
    titles: "(?:as |minhas |nossas )*(?:perguntas?|dúvidas?)",
    background: "contexto|antecedentes|notas?",
  },
};

/** The same for Chinese, Japanese and Korean, which end a question with a particle, and have no spaces to part words by. */
export const unspaced = {
  /** Ends of a question, with or without a mark. */
  ends: /(?:か|かね|かしら|でしょうか|吗|嗎|呢|습니까|나요|가요|까요|니까|인가|은지요)[。．.！!]?[」”"）)]?$/u,
  notEnds:
    /(?:ではない(?:だろう|でしょう)?か|じゃないか|しようか|ましょうか|どころか|とか|ばかりか|何とか|なんとか|いつか|どこか|誰か|何か|ほか)[。．.！!]?$/u,
  requests:
    /(?:説明|比較|列挙|要約|紹介|解説|確認|回答|整理|対比|分析|示|挙げ|教え|まとめ|述べ|書き出|並べ|調べ|知らせ|答え)(?:し)?て(?:ください|下さい|頂け|いただけ|ほしい|欲しい|もらえ|くれ|。|$)|(?:説明|比較|列挙|要約|解説)(?:せよ|をお願い|願い|すること|を求め)|(?:挙げ|述べ|示せ|教え)(?:よ|ろ)[。]?$|(?:설명해|알려|비교해|나열해|요약해|정리해|말해)/u,
  opens:
    /^(?:请|請|麻烦|烦请|再|并|然后|另外|最后|还)*[，,]?(?:你|您)?(?:帮我|给我|为我|为我们|用.{1,12}|简要|详细|分别|一下|向我)*(?:说明|說明|解释|解釋|列出|列举|列舉|比较|比較|对比|描述|总结|概述|介绍|告诉我|指出|简述|分析|阐述|写出|给出|归纳|梳理|说一下|讲讲|说说)/u,
  indirect:
    /知りたい|教えてほしい|気にな(?:る|って)|伺いたい|お聞きしたい|疑問|想知道|想了解|想问|想請問|请问|請問|我的问题是|不清楚|궁금|알고 싶/u,
  /** A reported question: `…か聞かれた`, 他问我…. */
  reported:
    /(?:聞かれ|尋ねられ|問われ|質問され|と言われ|と聞い|と尋ね|か尋ね|か聞い|聞いてき|と答え|と問い)(?:た|て|ま)|[问問](?:了)?(?:我|我们|他|她|过|道|起)|有人问|물었|물어/u,
  words:
    /什么|甚么|多少|哪|怎么|怎样|如何|为何|为什么|為什麼|何时|谁|誰|几[个天次年月日点岁号小]|是否|吗|嗎|能否|可否|多久|多长|多大|多远/u,
  announces: /質問|答え|教え|知りたい|説明|问题|問題|回答|告诉|说明|了解|如下|以下|次の|질문|답/u,
  form: /^.{0,8}(?:(?:請|请)?(?:用|以).{1,12}(?:回答|作答|写|书写)|注明|标明|標明|引用|出典|出处|页码|ページ(?:番号|数)?を|箇条書き|簡潔|日本語で|中文|(?:回答|答え)は|回答(?:要|请|應|应)|字以内)/u,
  rhetorical: /^(?:难道|難道|谁不|誰でも|何と|岂|谁没|谁知道)|(?:のではないか|不是吗|对吧|对吗|好吗|是吧|ですよね|でしょう|だろう)[？?]$/u,
  bare: /^(?:为什么|為什麼|为何|怎么会|如何|原因(?:是什么)?|なぜ|なぜですか|どうして|どうしてですか|それはなぜ|それはなぜですか|その理由は|理由は|理由は何ですか|왜|왜요|왜죠)[？?。]?$/u,
  pronouns: /它|他|她|其|这|那|これ|それ|その|この|あれ|그것|그/u,
  titles: /^(?:質問(?:事項)?|問い|问题|問題|提问|知りたいこと|질문|疑问)(?:一覧|列表)?$/u,
  background: /^(?:背景|前提|経緯|概要|说明|情况|形式|体裁|格式|备注|備考|注意|배경|형식)/u,
};
