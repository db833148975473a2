// Length up to which the engine's own search takes no longer than the text is. Of a longer text that nearly repeats itself it compares half
// at each place: 8 s for 256 KiB in 512 KiB.
const short = 200;

/** The first place of a text in another one, from a place on, or of bytes in others; -1 where there is none. Takes linear time, whatever they are. */
export function findText<Text extends string | Buffer>(text: Text, wanted: Text, from = 0): number {
  if (wanted.length <= short) return text.indexOf(wanted as string, from); // both are texts, or both are bytes
  if (wanted.length > text.length - from) return -1;
  const [unitOf, wantedOf] = [unitsOf(text), unitsOf(wanted)];
  // Knuth, Morris and Pratt: where a unit differs, what matched so far begins again as far back as the wanted text repeats itself.
  const repeats = new Int32Array(wanted.length);
  const next = (unit: number, matched: number): number => {
    let left = matched;
    while (left > 0 && wantedOf(left) !== unit) left = repeats[left - 1] ?? 0;
    return wantedOf(left) === unit ? left + 1 : 0;
  };
  for (let at = 1; at < wanted.length; at += 1) repeats[at] = next(wantedOf(at), repeats[at - 1] ?? 0);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    matched = next(unitOf(at), matched);
    if (matched === wanted.length) return at + 1 - matched;
  }
  return -1;
}

function unitsOf(text: string | Buffer): (at: number) => number {
  return typeof text === "string" ? (at) => text.charCodeAt(at) : (at) => text[at] ?? -1;
}

/** Lookups of texts in others, or of bytes, which give up where all of them together would read more than a limit. */
export interface Lookups {
  /** The first place of a text in another one, from a place on; -1 where there is none, and once the lookups have given up. */
  indexOf<Text extends string | Buffer>(text: Text, wanted: Text, from?: number): number;
  /** True for a text that stands in one of the others; false, too, once the lookups have given up. */
  find(wanted: string, texts: readonly string[]): boolean;
  readonly gaveUp: boolean;
}

// Characters that are read in the time of a call.
const call = 20;

/** Lookups that may read so many characters. */
export function createLookups(most: number): Lookups {
  let left = most;
  const indexOf = <Text extends string | Buffer>(text: Text, wanted: Text, from = 0): number => {
    left -= text.length - from + call;
    return left < 0 ? -1 : findText(text, wanted, from);
  };
  return {
    indexOf,
    find(wanted, texts) {
      left -= call;
      return texts.some((text) => left >= 0 && indexOf(text, wanted) >= 0);
    },
    get gaveUp() {
      return left < 0;
    },
  };
}
