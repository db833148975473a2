import { z } from "zod";
import { replaceUnseen } from "./unseen.ts";

/** Text of at most `most` UTF-16 units, with `…` in the place of what was cut. */
export function clipText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`.toWellFormed();
}

/** Characters of a sentence or two. */
const sentenceLength = 1_024;

/** The text, with `…` for what is beyond 1,024 characters. */
export function shortened(text: string): string {
  return clipText(text, sentenceLength);
}

/** Schema of a text that is clipped where it is longer than `most`: a text for people may lose its end, and the message with it still counts. */
export function said(most: number): z.ZodString {
  return z.string().overwrite((text) => clipText(text, most));
}

/** Schema of a word that names something: a node, a state, a version, a producer. What nobody would see in it is shown as U+FFFD. */
export const word = (): z.ZodString => said(256).overwrite((text) => replaceUnseen(text, () => "\uFFFD"));

/** Schema of a sentence or two. */
export const sentence = (): z.ZodString => said(sentenceLength);

/** Schema of a list that is cut where it is longer than `most`. */
export function few<Item extends z.ZodType>(item: Item, most: number): z.ZodArray<Item> {
  return z.array(item).overwrite((all) => all.slice(0, most));
}
