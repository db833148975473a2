import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnyArtifact, type Judge, parseContractRef, type Parsed, readText, withoutMark } from "@tasuki/protocol";
import type { Claimed } from "@tasuki/store";

/**
 * Reads the brief of a `run` task, inline or from the attempt's `in/`. It is written again from its value, in the version that the run
 * uses, so that what this release finds in a text can stand in the file.
 */
export async function readBrief(
  claimed: Claimed,
  { folder, brief, used, judge }: { folder: string; brief: AnyArtifact; used: AnyArtifact; judge: Judge },
): Promise<Parsed<string>> {
  const written = asWritten(brief, claimed);
  const text = await textOf(written, { inline: claimed.row.payload.brief, path: join(folder, "in", brief.file) });
  if (!text.ok) return text;
  // The byte order mark of an editor asks for nothing.
  const bytes = Buffer.from(withoutMark(text.value));
  const file = { artifact: written, name: brief.file, size: bytes.length, by: claimed.row.from, read: async () => bytes };
  return judge.rewrite(file, used);
}

/** Contract of the brief in the version that its sender wrote: the attachment's, or the current one for a text in the task. */
function asWritten(brief: AnyArtifact, { inputs }: Claimed): AnyArtifact {
  const version = inputs.map(({ contract }) => parseContractRef(contract)).find(({ name }) => name === brief.name)?.version;
  return (version === undefined ? undefined : brief.at(version)) ?? brief;
}

async function textOf(
  brief: AnyArtifact,
  { inline, path }: { readonly inline: string | undefined; readonly path: string },
): Promise<Parsed<string>> {
  if (inline !== undefined) return { ok: true, value: inline };
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes !== undefined) return readText({ name: brief.file, bytes }, brief.maxBytes);
  const fix = `attach ${brief.file}, or give 'brief' in the task`;
  return { ok: false, unmet: [{ file: brief.file, expected: "the brief, inline or attached", got: "no brief", fix }] };
}
