import { jp } from "@tasuki/contracts/roles/jp";
import { jpFinal } from "@tasuki/contracts/artifacts/jp-final";
import { changed, stageOf } from "@tasuki/contracts/testing";
import { gate } from "@tasuki/protocol";
import { describe, expect, it } from "vitest";
import { producer } from "./index.ts";
import { relayInProcess } from "./testing/relay-in-process.ts";

const texts = {
  en: {
    brief: "How long does a lease of a task last?",
    text: "# Leases\n\nA lease of a task lasts 30 seconds after the last heartbeat. The lease is renewed by the node every ten seconds. A task whose lease has ended is queued again by its node.\n",
  },
  de: {
    brief: "Bis wann gilt der Vertrag mit der Stadt?",
    text: "# Vertrag\n\nDer Vertrag mit der Stadt gilt bis zum 31. Dezember 2027 ohne Ausnahme. Die Miete für den Vertrag beträgt 900 Euro zzgl. MwSt. und Nebenkosten. Der Vertrag mit der Stadt kann nur schriftlich gekündigt werden.\n",
  },
};

/** The text of a section with the sentences changed; each has its citation behind it. */
const mutations: Readonly<Record<string, (sentences: readonly string[]) => readonly string[]>> = {
  "cut at the end": ([first = "", ...rest]) => [words(first, 0, -2), ...rest],
  "cut at the start": ([first = "", ...rest]) => [words(first, 2), ...rest],
  reordered: ([first = "", second = "", ...rest]) => [second, first, ...rest],
  joined: ([first = "", second = "", ...rest]) => [`${words(first, 0, -3)} ${words(second, 3)}`, ...rest],
  "silently shortened": ([first = "", , ...rest]) => [first, ...rest],
  "shortened within": ([first = "", ...rest]) => [`${words(first, 0, 3)} ${words(first, 5)}`, ...rest],
};

function words(sentence: string, from: number, to?: number): string {
  return sentence.split(" ").slice(from, to).join(" ");
}

describe.each(Object.entries(texts))("a finished text in %s", (_, { brief, text }) => {
  const finished = relayInProcess(brief, [{ text }]);

  const judged = async (mutate: (sentences: readonly string[]) => readonly string[], by: { producer?: string; quoted?: boolean }) => {
    const { documents, unmet } = await finished;
    expect(unmet).toEqual([]);
    const mutated = changed(documents, jpFinal, {
      to: (value) => ({
        ...value,
        sections: value.sections.map((section) => {
          const sentences = section.text.split(/ \[C1\](?: |$)/).filter((one) => one !== "");
          expect(sentences).toHaveLength(3);
          const written = mutate(sentences).map((one) => (by.quoted ? `“${one}” [C1]` : `${one} [C1]`));
          return { ...section, text: written.join(" ") };
        }),
      }),
    });
    return [...gate(jp, stageOf(jp, mutated), by)];
  };

  it("holds as it is, by its own author and by a command, with quotation marks and without", async () => {
    for (const by of [{ producer }, {}, { quoted: true }]) expect(await judged((sentences) => sentences, by)).toEqual([]);
  });

  it.each(Object.entries(mutations))("that was %s is refused, also where the author was a command", async (_name, mutate) => {
    expect(await judged(mutate, { producer })).not.toEqual([]);
    expect(await judged(mutate, { quoted: true })).not.toEqual([]);
    expect(await judged(mutate, { producer: "command:agent", quoted: true })).not.toEqual([]);
  });

  it("may leave out what it marks", async () => {
    expect(await judged(([first = "", , third = ""]) => [first, `[…] ${third}`], { producer })).toEqual([]);
  });
});
