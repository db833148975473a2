import { TasukiError } from "../messages/problem.ts";
import { artifactsOf, type Pipeline, type View } from "./define-pipeline.ts";
import { optional } from "./define-role.ts";
import { readDocuments } from "./read-documents.ts";
import type { StageFile } from "./read-text.ts";

/** Largest answer of a view, bytes of its JSON. */
export const maxAnswerBytes = 1024 * 1024;

// Unmet lines of a refusal: more than anybody mends in one go, and a hostile file can break its contract in a million places.
const maxUnmet = 50;

/** The pipeline's view of a name. Throws `not_found`, with the names that there are. */
export function viewNamed({ views = {} }: Pick<Pipeline, "views">, name: string): View {
  const view = Object.hasOwn(views, name) ? views[name] : undefined;
  if (view !== undefined) return view;
  const known = Object.keys(views);
  const has = known.length === 0 ? "it has none" : `it has ${known.map((one) => `'${one}'`).join(", ")}`;
  throw new TasukiError("not_found", `The relay has no view '${name}'; ${has}.`);
}

/**
 * Answer of one of the pipeline's views about files, as JSON. Rejects with `not_found`, with `contract_violation` where a file breaks its
 * contract or belongs to none, and with `too_large`.
 */
export async function answerView(pipeline: Pipeline, name: string, files: readonly StageFile[]): Promise<string> {
  const view = viewNamed(pipeline, name);
  const read = readDocuments(artifactsOf(pipeline).map(optional), files);
  if (!read.ok) {
    const names = [...new Set(read.unmet.map(({ file }) => file))].join(", ");
    throw new TasukiError("contract_violation", `The view '${name}' can't read ${names}.`, { unmet: read.unmet.slice(0, maxUnmet) });
  }
  const answer = JSON.stringify((await view(read.value)) ?? null);
  const size = Buffer.byteLength(answer);
  if (size > maxAnswerBytes)
    throw new TasukiError(
      "too_large",
      `The view '${name}' answers with ${size} bytes; at most ${maxAnswerBytes} are given. Ask about less.`,
    );
  return answer;
}
