/**
 * Meaning of a full stop after a word, by language. All languages apply to every text, since an abbreviation hardly ever is a word of another
 * language, and since a sentence must be the same one whatever stands around it. A word is written as it stands before its last full stop;
 * `z. B` matches with and without the space. A language more is a row more.
 */
interface Rules {
  /** Abbreviations that something always follows: titles, `e.g.`, `z. B.`. */
  readonly inner?: string;
  /** Abbreviations that a number, a letter or a Roman numeral follows: `Fig. 3`. Before anything else they end a sentence as a word does. */
  readonly numbered?: string;
  /** Abbreviations that may end a sentence. They do before a function word with a capital, and, but for `named`, before any capital. */
  readonly last?: string;
  /** As `last`, of things that are named: a name may follow, so that only a function word begins a sentence. */
  readonly named?: string;
  readonly months?: string;
}

const rules: Readonly<Record<string, Rules>> = {
  en: {
    inner:
      "Mr Mrs Ms Mx Dr Drs Prof Messrs Mme Gen Col Lt Capt Cpt Cmdr Sgt Maj Sen Rep Gov Rev Hon Pres Supt Insp e.g i.e cf viz vs v approx al esp incl resp",
    numbered:
      "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Fig Figs Eq Eqs No Nos Vol Vols Sec Secs Sect Ch Chap Art Arts App Ex Ref Refs Tab p pp para paras ed c col vers nr Nr",
    last: "etc a.m p.m A.M P.M hr hrs yr yrs sec",
    named: "Mt Ft St Ste max min Inc Ltd Co Corp Bros Jr Sr U.S U.K E.U U.N D.C Ph.D M.D B.A M.A B.C A.D Ave Blvd Rd Dept Est Assn Univ",
    months:
      "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec January February March April May June July August September October November December",
  },
  de: {
    inner:
      "Hr Hrn Fr Frl Dr Prof Dipl Ing Mag Univ z.B d.h d.i u.a o.ä s.o s.u i.d.R i.A i.V m.E u.U z.T z.Z z.Zt z.Hd v.a bzw bspw beispielsw vgl sog ggf ggfs gegr geb gest evtl inkl exkl einschl ausschl zzgl abzgl rd ca zw bes insb insbes entspr urspr vorauss betr bzgl gem lt mind mtl jährl tägl od al resp Mio Mrd Tsd hl röm kath ev dt engl frz i.S.v i.Vm i.V.m i.H.v i.d.F a.d a.M z.K vs phil med jur rer nat",
    numbered:
      "Mo Di Mi Do Fr Sa So Abb Abs Anh Anl Anm Art Aufl Bd Bde Bl Bsp Fn Fig Fußn Gl H Hs Kap Kl Lfg Ls Nr Nrn Pkt Pos Rdnr Rn Rz S Sp Tab Taf Teilbd Tel Vers Vol Z Ziff Ziffer Zi Ausg Jg Lit Gr",
    last: "n.V n.Vb usw usf etc ff MwSt USt Std Sek Jh Jhd Jhdt u.v.m u.v.a.m u.Ä o.Ä u.ä dgl u.dgl Chr v.Chr n.Chr o.g St.-Nr Tel.-Nr EUR Stk Stck m.a.W",
    named: "Str Pl s f GmbH",
    months:
      "Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober November Dezember Jan Feb Mrz Apr Jun Jul Aug Sept Okt Nov Dez",
  },
  fr: {
    inner: "M MM Mme Mmes Mlle Mlles Me Mgr Dr Pr Prof St Ste p.ex c.-à-d c.à.d cf vs env av apr boul bd all pl resp not",
    numbered: "lun mar mer jeu ven sam dim fig figs art arts chap p pp paragr n no nos t vol éd tél ill ann tab réf al sect liv",
    last: "etc J.-C av.J.-C apr.J.-C h S.A S.A.R.L U.S.A",
    named: "Cie Sté",
    months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv févr avr juil sept oct nov déc",
  },
  es: {
    inner:
      "Sr Sra Sres Sras Srta D Dª Dña Dr Dra Dres Prof Profa Lic Ing Arq Gral Cnel Cap Sto Sta p.ej cf vs aprox ca Mons Excmo Excma Ilmo Ilma Rvdo Avda Avd Pza Plza Ctra Gta Urb",
    numbered:
      "lun mar mié jue vie sáb dom art arts cap caps fig figs núm núms nº n pág págs p pp párr párrs vol vols tel teléf ed secc apdo aptdo apart tít inc lám tab av avda c ctra km",
    last: "etc a.m p.m a.C d.C h EE.UU",
    named: "Ud Uds Vd Vds S.A S.L Cía Ltda RR.HH JJ.OO",
    months: "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre",
  },
  it: {
    inner:
      "sig sigg sig.ra sig.na dott dott.ssa dr prof prof.ssa ing avv arch geom rag mons Sen egr gent spett p.es ad.es cfr vs ca V.le P.za P.zza C.so L.go",
    numbered:
      "lun mar mer gio ven sab dom int sec s.l art artt cap capp fig figg n nn nr num pag pagg p pp par vol voll tel tab sez c lett rif ed",
    last: "ecc etc a.C d.C ss segg h S.p.A S.r.l S.n.c S.a.s",
    named: "Soc es",
    months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
  },
  nl: {
    inner:
      "dhr mevr mw mej drs ir mr dr prof ds ing bijv bv d.w.z o.a m.b.t i.v.m t.a.v t.b.v m.u.v n.a.v i.p.v t.o.v t.w.v zgn resp vgl evt incl excl ca vs nl m.n i.h.b o.l.v o.b.v St",
    numbered: "ma wo do vr za zo art artt blz p pp fig hfst nr nrs par afb tab tel vol bijl bd ed",
    last: "enz etc e.d e.a jl a.s l.l v.Chr n.Chr a.u.b s.v.p",
    named: "N.V B.V",
    months: "januari februari maart april mei juni juli augustus september oktober november december",
  },
  pt: {
    inner: "Sr Sra Srs Sras Srta D Dr Dra Drs Prof Profa Eng Exmo Exma Ilmo p.ex cf vs aprox ca Sto Sta",
    numbered: "art arts cap caps fig figs n nº núm pág págs p pp par vol tel ed séc inc av",
    last: "etc a.C d.C h S.A Ltda E.U.A",
    named: "Cia V.Exa",
    months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
  },
};

/**
 * German ordinals: `am 3. Tag`, `31. Dezember`. A number with a full stop before a capital is one behind these words, or before these nouns;
 * elsewhere it ends a sentence, as `in Zimmer 3.` does.
 */
const ordinalRules = {
  before:
    "der die das den dem des am im zum zur vom beim ein eine einen einem einer ihr ihre ihren sein seine seinen seiner mein meine meinen unser unsere jeder jede jedes jeden jedem dieser diese dieses diesen diesem ans ins dein deine kein keine erst",
  nouns:
    "Abs Abschnitt Absatz Absatzes Auflage Ausgabe Bundesliga Etage Geburtstag Geschoss Grad Halbjahr Hälfte Instanz Jahr Jahres Jahrhundert Jahrhunderts Jahrgang Jahrtausend Jh Jhd Kapitel Klasse Lebensjahr Lesung Liga Mal Mahnung Monat Obergeschoss OG UG Platz Quartal Rang Rate Runde Satz Schritt Semester Spalte Stelle Stock Stockwerk Stufe Tag Tages Teil Untergeschoss Weltkrieg Weltkriegs Werktag Woche Zeile",
};

/** Names of time zones and the like that follow `p.m.` within a sentence. */
const zones = "EST EDT ET CST CDT CT MST MDT MT PST PDT PT GMT UTC BST CET CEST Eastern Central Pacific Mountain";
/** Particles and verbs of speech by which a Chinese or Japanese sentence goes on behind a closed quotation. */
export const afterQuote = {
  ja: "と|って|という|とは|とか|など|を|は|が|に|の|も|で|や|から|まで|へ|だ|です|，|、",
  zh: "[^，。！？；：]{0,8}(?:说|說|问|問|道|喊|答|叫|写|寫|表示|解释|回答|想|提醒)|的|是|这|這|和|与|或|等",
};

const setOf = (...lists: readonly (string | undefined)[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => (list === undefined ? [] : list.split(" "))));
const all = (key: keyof Rules): ReadonlySet<string> => setOf(...Object.values(rules).map((one) => one[key]));

/** Words before a full stop, of all languages, by what the full stop means there. */
export const abbreviations = { inner: all("inner"), numbered: all("numbered"), last: all("last"), named: all("named") };
export const months = all("months");
/** Names of months that are cut short, in small letters: a number goes on with the date. */
export const shortMonths = setOf(
  "jan feb mar apr jun jul aug sep sept oct nov dec mrz okt dez janv févr fév avr juil juill déc ene abr ago set dic gen genn febbr mag giu lug lugl sett ott febr mrt fev mai out",
);
/** Those of them that are words of a language as well. */
export const ambiguousMonths = setOf("mar ago set mag out mai dic");
export const timeZones = setOf(zones);
export const ordinals = { nouns: setOf(ordinalRules.nouns), before: setOf(ordinalRules.before) };
