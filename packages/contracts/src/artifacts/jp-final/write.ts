import { reference, refOf, toInline } from "@tasuki/protocol";
import { toKey } from "../sg-review/write.ts";
import type { JpFinal, SourceName } from "./jp-final.ts";
import { requestLines, textLines } from "./sections.ts";

/** Writes a final text for its readers: what they read first, and at the end, in the Record, what proves it. */
export function formatJpFinal(value: JpFinal): string {
  const { references, acceptance, requests, sources } = value;
  return [
    ...textLines(value),
    ...(acceptance.gaps.length === 0
      ? []
      : ["# Gaps", "", ...acceptance.gaps.map(({ question, reason }) => `- ${toKey(question)}: ${toInline(reason)}`), ""]),
    ...requestLines(requests),
    "# References",
    "",
    ...references.map((one) => referenceLine(one, sources)),
    ...(references.length === 0 ? ["None."] : []),
    "",
    "# Acceptance",
    "",
    ...acceptance.checks.map(({ name, result, detail }) => `- ${result}: ${toName(name)}${detail === "" ? "" : `: ${toInline(detail)}`}`),
    ...(acceptance.checks.length === 0 ? ["None."] : []),
    "",
    "# Record",
    "",
    ...recordLines(value),
    "",
  ].join("\n");
}

/** Reference for a reader: `[C1] docs/glossary.md, line 3`; of what was collected, its URL and the day. */
export function referenceLine({ item, source, locator }: JpFinal["references"][number], sources: JpFinal["sources"]): string {
  const place = locator === "" ? "" : `, ${toInline(locator)}`;
  return `[${item}] ${toInline(
    nameOf(
      source,
      sources.find(({ id }) => id === source),
    ),
  )}${place}`;
}

function nameOf(id: string, source: SourceName | undefined): string {
  const { name = "", origin = "", fetched = "" } = source ?? {};
  // The name of a collected text that has none of its own is its file's.
  const own = /^[A-Z]\d+\.txt$/.test(name) && origin !== "" ? "" : name;
  const where = [origin, fetched && `collected ${fetched}`].filter((one) => one !== "").join(", ");
  if (own === "") return where === "" ? id : where;
  return where === "" ? own : `${own} (${where})`;
}

function recordLines({ run, profile, decision, inputs, references, sources }: JpFinal): string[] {
  const lines: [string, string][] = [
    ["contract", refOf({ name: "jp-final", version: 2 })],
    ["run", run],
    ["profile", profile],
    ["decision", decision],
    ...inputs.map(({ name, sha256 }): [string, string] => [`input ${name}`, `sha256=${sha256}`]),
    ...sources.flatMap(({ id, name, origin, fetched }): [string, string][] => [
      [id, toInline(name)],
      ...(origin === "" ? [] : [[`${id} origin`, toInline(origin)] as [string, string]]),
      ...(fetched === "" ? [] : [[`${id} collected`, toInline(fetched)] as [string, string]]),
    ]),
    ...references.map(({ item, source, locator, sha256 }): [string, string] => [item, `${source}, ${toInline(locator)}, sha256=${sha256}`]),
  ];
  return lines.map(([key, value]) => `- ${key}: ${value}`);
}

/** The name of a check as text on its line, where the first colon before a blank ends it. */
export function toName(text: string): string {
  return toInline(text).replaceAll(/:(?=\s|$)/g, reference);
}
