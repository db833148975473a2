import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseContractRef, type Parsed, type Unmet } from "@tasuki/contracts";
import { brief } from "@tasuki/contracts/artifacts/brief";
import type { Claimed } from "@tasuki/store";

/**
 * The brief of a `run` task, inline or from the attempt's `in/`, in the version that the run uses: the very text, unless its sender wrote
 * another version.
 */
export async function readBrief(
  claimed: Claimed,
  { folder, used }: { readonly folder: string; readonly used: typeof brief },
): Promise<Parsed<string>> {
  const text = await textOf(claimed.row.payload.brief, folder);
  if (!text.ok) return text;
  const written = asWritten(claimed);
  const parsed = written.parse(text.value);
  if (!parsed.ok) return parsed;
  return written.version === used.version ? text : { ok: true, value: used.format(parsed.value) };
}

/** The brief's contract in the version of its sender: the attachment's, or the current one for a text in the task. */
function asWritten({ inputs }: Claimed): typeof brief {
  const version = inputs.map(({ contract }) => parseContractRef(contract)).find(({ name }) => name === brief.name)?.version;
  return (version === undefined ? undefined : brief.at(version)) ?? brief;
}

async function textOf(inline: string | undefined, folder: string): Promise<Parsed<string>> {
  if (inline !== undefined) return { ok: true, value: inline };
  const refused = (unmet: Omit<Unmet, "file">): Parsed<string> => ({ ok: false, unmet: [{ file: brief.file, ...unmet }] });
  const bytes = await readFile(join(folder, "in", brief.file)).catch(() => undefined);
  if (bytes === undefined)
    return refused({
      expected: "the brief, inline or attached",
      got: "no brief",
      fix: `attach ${brief.file}, or give 'brief' in the task`,
    });
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return refused({ expected: "UTF-8 text", got: "bytes that are not UTF-8", fix: "save the brief as UTF-8 and start the run again" });
  }
}
