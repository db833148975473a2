import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSentences } from "./sentences.ts";

const split = (text: string): string[] => splitSentences(text).map(({ start, end }) => text.slice(start, end));

describe("sentences", () => {
  it.each([
    ["Two of them. One after the other.", ["Two of them.", "One after the other."]],
    ["Dr. Smith met Prof. Jones, e.g. on Monday. They spoke.", ["Dr. Smith met Prof. Jones, e.g. on Monday.", "They spoke."]],
    ["See Fig. 3 and No. 7 vs. Eq. 2. It holds.", ["See Fig. 3 and No. 7 vs. Eq. 2.", "It holds."]],
    ["J. R. R. Tolkien wrote it. He did.", ["J. R. R. Tolkien wrote it.", "He did."]],
    ["It is 3.14 in version 2.0.1. Use node.js now.", ["It is 3.14 in version 2.0.1.", "Use node.js now."]],
    ["A line\nthat goes on. Then\r\nanother.", ["A line\nthat goes on.", "Then\r\nanother."]],
    ["Is it? Yes! No.", ["Is it?", "Yes!", "No."]],
    ["He said “Stop. Go. Stop.” and left. She stayed.", ["He said “Stop. Go. Stop.” and left.", "She stayed."]],
    ['He said "Stop. Go." She stayed.', ['He said "Stop. Go."', "She stayed."]],
    ["它是什么。它在这里。", ["它是什么。", "它在这里。"]],
    ["**Not one without it.** The next.", ["**Not one without it.**", "The next."]],
    ["It is _so._", ["It is _so._"]],
    ["[![Build](a.svg)](b) passes. Yes.", ["[![Build](a.svg)](b) passes.", "Yes."]],
    ["It logs `The disk has … MiB. It is full.` and ends. Next.", ["It logs `The disk has … MiB. It is full.` and ends.", "Next."]],
    ["* One. * Two.", ["* One.", "* Two."]],
    ["  \n ", []],
    ["", []],
  ])("%j", (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  // Sentences are parted by `|`.
  it.each([
    "Die Frist läuft bis zum 31. Dezember 2027.| Danach gilt sie nicht.",
    "Der Preis ist 30 Euro zzgl. MwSt.| Der Versand kommt dazu.",
    "Der Preis ist 30 Euro zzgl. MwSt. und Versand.| Alles klar.",
    "Nimm z. B. Holz oder z.B. Stein.| Das hält.",
    "Wie in s. Abb. 3 zu sehen, steigt sie.| Mehr nicht.",
    "Das gilt bis 3. März.| Danach nicht.",
    "Am 3. Tag ging er.| Am 4. kam er.| Es war kalt.",
    "Der 1. FC Köln gewann.| Sie feierten.",
    "Er wohnt in Zimmer 12.| Danach kam Anna.",
    "Das kostet 31.| Mehr nicht.",
    "Es geschah im 19. Jahrhundert.| Niemand weiß es.",
    "Prof. Dr. Müller kam um 8.30 Uhr.| Er ging bald.",
    "Sie kauften Tische, Stühle usw.| Möbel sind teuer.",
    "Ludwig XIV. war König.| Er starb 1715.",
    "Papst Johannes Paul II. kam.| Alle sahen ihn.",
    "„Halt! Wer da?“, rief er.| Niemand kam.",
    "Wir lieferten d. h. brachten es.| Das war u. a. teuer.",
    "Siehe § 5 Abs. 3 Satz 1 Nr. 2.| Dort steht es.",
    "The U.S. Senate met at 5 p.m. Eastern.| It was late.",
    "We left at 5 p.m.| Bring your own towel.",
    "He lives in the U.S.| The rest don't.",
    "Mr. J. R. Smith of Acme Inc. paid.| He was glad.",
    "Take vitamin C.| The rest is water.",
    "It costs five.| 20 people came.",
    "It is in Vol. 3, pp. 4-5.| See Fig. 2.",
    "He won (see below. Or above).| She lost.",
    "It rained.| (It was cold.)| She stayed.",
    "Who made it? (scan a page)| How much is it?",
    "Wer hat es gebaut? (Siehe Seite 3)| Was kostet es?",
    "Stop! (or slow down) and look.| Then go.",
    "Who was it?| (He never said.)| She asked.",
    "iPhone sales rose.| iPads fell.",
    "Well... maybe.| He waited...| Then he left.",
    "See https://x.org/?a=b.c for it.| Open www.foo.de.| Done.",
    "Open config.yaml.| Then .env is read.| Use node.js v2.0.| New in 3.1.",
    "Steps: 1. open the lid, 2. press it, 3. wait.| Then rest.",
    "1. Open the lid.| 2. Press it.| 3. Wait.",
    "Es ist fertig.|Danach kam er.| Nutze System.Text nicht.",
    "M. Dupont habite au 5 av. Foch.| Il part le 3 mai.",
    "C'est cher, p. ex. le vin.| L'eau est à 3,50 €.| Voir art. 5.",
    "¿Qué es?| ¿Cuándo llega?| ¡Hola!| El Sr. López vive en EE. UU. desde 2001.| Vale.",
    "La Sig.ra Rossi abita qui.| Vedi pag. 3.| Costa 3.000 euro.",
    "Dat is bijv. een huis.| De heer mr. drs. Jansen komt a.s. vrijdag.| Tot dan.",
    "O Dr. Silva mora na av. Brasil.| Ver pág. 5.",
    "「すぐ行く。待って。」と彼は言った。|次の日、雨だった。",
    "これは例です（図1を参照。）。|次です。",
    "你好吗？|我很好。|“走吧。”他说。|《你好吗？》是一本书。",
    "价格是3.5元。|使用Node.js。|好了！",
    '그는 갔다.| 나는 남았다.| "갈까?"라고 물었다.',
    "他想……但是没说。|好。",
    "He wrote “Who am I?” in 1990.| It sold.",
    "Das ist ... nun ja.| Gut.",
    "It holds.[1]| Next one.",
    "It holds.[^note]| Next one.",
    "Combien coûte-t-il ?| Rien !| C'est gratuit.",
    "Il dott. Verdi arriva.| L'avv. Bianchi no.| Sec. XV.",
    "A.-M. Blanc et J. K. Huysmans écrivent.| Ils lisent.",
    "La empresa Sol S.A. Cerró ayer.",
    "Auf ist Sa.–So. 10–12 Uhr.| Montags nicht.",
    "Vino de EE. UU.| Llegó ayer a la Pza. de la Luna.| Vale.",
    "It ends on 31 Dec. 2026.| We went out.| 3 stayed.| Not on 4 Oct.| We left.",
    "Gilt bis 31. Dez. 2026.| Valable jusqu'au 3 févr. 2026.| En sept. 2026 aussi.",
    "La tessera scade il 31 dic. 2026.| Il mare è lì.| Vence el 3 de ago. 2026.",
    "Geldig t/m 31 dec. 2026.| De rest niet.| Vale até 31 dez. 2026.| Só isso.",
    "Elle vient des U.S.A.| Nous aussi.",
    "Sta in P.za Dante.| Vieni.",
    "連絡先はMr.Brownです。|Fig. 4を見る。",
    "手順は、１．開ける、２．閉める、の二つ。|終わり。",
    "他写了“不行！”两个字。|他说：“走。”|然后走了。",
    "기한은 2026. 5. 1.까지다.| 끝.",
    "In 2019.| March was cold.| On 3. 5. 2024 it began.",
    "Der Kurs ist neu.| von Braun leitet ihn.",
    "版本3.2.|然后更新。|好。",
    "Geöffnet Mo. 8 Uhr.| Preis n. V.| Kontakt z. Hd. Herrn Maier.",
    "„Komm herein. Setz dich.“| Sie setzte sich.",
    'He asked "Why? When?" and left.| "Stop!" she said.| “Go.”| He went.',
  ])("%s", (marked) => {
    const sentences = marked.split("|").map((sentence) => sentence.trim());
    expect(split(marked.replaceAll("|", ""))).toEqual(sentences);
  });

  it("cover every word, in order, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        let last = 0;
        let between = "";
        for (const { start, end } of splitSentences(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          between += text.slice(last, start);
          last = end;
        }
        expect((between + text.slice(last)).trim()).toBe("");
      }),
    );
  });

  it("are found within a block only", () => {
    expect(splitSentences("One. Two. Three.", { start: 5, end: 9 })).toEqual([{ start: 5, end: 9 }]);
  });
});
