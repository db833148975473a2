import { isWhole } from "@tasuki/evidence";
import type { TextName } from "@tasuki/protocol";
import type { Violation } from "./history.ts";
import type { ReadEntry, ReadHistory } from "./read-history.ts";

/** Every text is beside the leaf and the receipt that name it by its digest, and in neither. Nothing is erased where a history is recorded. */
export function checkTexts({ feeds }: ReadHistory): readonly Violation[] {
  return feeds.flatMap(({ node, read }) =>
    read.flatMap((entry) => faultsOf(entry).map((fault) => ({ guarantee: "R9.texts", what: `${node} entry ${entry.index}: ${fault}` }))),
  );
}

function faultsOf({ leaf, own, texts }: ReadEntry): readonly string[] {
  const { text: name, ...facts } = JSON.parse(leaf) as { readonly text?: TextName };
  const said = own?.says;
  return [
    ...(texts.every((text) => isWhole(text) && text.sha256 === name?.sha256) ? [] : ["its leaf does not name the text beside it"]),
    ...(texts.length === (name === undefined ? 0 : 1) ? [] : [`it has ${texts.length} texts`]),
    ...(said === undefined || said.text?.sha256 === name?.sha256 ? [] : ["its receipt names another text than its leaf"]),
    ...(said?.reason === undefined ? [] : [`its receipt holds '${said.reason}'`]),
    ...texts.filter(({ text }) => Object.values(facts).includes(text)).map(({ text }) => `its leaf holds '${text}'`),
  ];
}
