import { escapeUnseen } from "@tasuki/protocol";

/** JSON of an answer, with what a screen obeys or does not show escaped: people read answers with curl, and some of their words are of others. */
export function toJson(answer: unknown): string {
  return escapeUnseen(JSON.stringify(answer));
}
