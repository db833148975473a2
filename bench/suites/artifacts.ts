import { exampleRun } from "@tasuki/contracts/testing";
import { artifactsOf } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { candidateList } from "@tasuki/contracts/artifacts/candidate-list";
import { spreadOf, timed } from "../measure.ts";
import { type Figure, ms, perSecond, type Suite } from "../suite.ts";

const repetitions = 300;

/** Makes a list as long as its cap allows. Every candidate costs its heading, its fields and its place in the tables. */
function longList(): string {
  const [example] = exampleRun()["candidate-list"] ?? [];
  const value = candidateList.schema.parse(example?.value);
  const [first] = value.candidates;
  if (first === undefined) throw new Error("the example has a candidate");
  const listOf = (count: number) =>
    candidateList.write({ ...value, candidates: Array.from({ length: count }, (_, nth) => ({ ...first, id: `C${nth + 1}` })) });
  const perCandidate = (listOf(1_000).length - listOf(500).length) / 500;
  return listOf(Math.floor((candidateList.maxBytes * 0.95) / perCandidate));
}

export const artifacts: Suite = {
  name: "artifacts",
  what: "Reading artifacts by their contracts, one core: the files of a small run, and a list at its cap",
  async measure() {
    const documents = exampleRun();
    const artifactsByName = artifactsOf(relay);
    const files = artifactsByName.flatMap((artifact) =>
      (documents[artifact.name] ?? []).map(({ name, text }) => ({ artifact, name, text })),
    );
    const read = (): void => {
      for (const { artifact, name, text } of files) if (!artifact.read(text, name).ok) throw new Error(`${name} breaks its contract`);
    };
    for (let warm = 0; warm < 50; warm += 1) read();
    const samples: number[] = [];
    for (let nth = 0; nth < repetitions; nth += 1) samples.push((await timed(read)) / files.length);
    const each = spreadOf(samples);

    const long = longList();
    const half = longList().slice(0, Math.floor(long.length / 2));
    const parse = (text: string) => timed(() => candidateList.read(text, candidateList.file));
    const [whole, halves]: [number[], number[]] = [[], []];
    for (let nth = 0; nth < 20; nth += 1) {
      whole.push(await parse(long));
      halves.push(await parse(half));
    }
    const [worst, part] = [spreadOf(whole), spreadOf(halves)];
    return [
      {
        what: `${files.length} files of a small run`,
        value: perSecond(1000 / each.median),
        detail: `${ms(each.median)} a file, p99 ${ms(each.p99)}`,
        budget: "≥ 1000/s",
      },
      {
        what: `candidate-list.md of ${(long.length / 1024).toFixed(0)} KiB`,
        value: ms(worst.median),
        detail: `${ms(worst.min)}–${ms(worst.max)}`,
        budget: "< 50 ms",
      },
      { what: "the whole over its half", value: (worst.median / part.median).toFixed(2), budget: "about 2: linear" },
    ] satisfies Figure[];
  },
};
