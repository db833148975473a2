import { open, readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { mostAttachments, TasukiError } from "@tasuki/protocol";
import { sourceContract } from "@tasuki/bus";

export interface SourceFile {
  /** The file's path, absolute. */
  readonly path: string;
  /** The file's name for people, as the user gave it. */
  readonly label: string;
  /** The file's size in bytes. */
  readonly size: number;
}

export interface CollectedSources {
  readonly sources: readonly SourceFile[];
  readonly skipped: readonly { readonly label: string; readonly why: string }[];
}

const headBytes = 8_192;
// Files with these extensions are data for programs: quoted in an answer they help nobody. A file that is named itself is taken.
const dataExtensions = new Set([".json", ".jsonl", ".ndjson", ".map", ".lock", ".svg", ".css"]);

/**
 * The sources that files and folders stand for, in the order given, folders walked in the order of names. A file that can't be a document is
 * skipped with a reason, and so is data for programs in a folder; `node_modules` and names that begin with a dot are passed over.
 * Rejects with `not_found`, or `too_large` for more sources than a task takes.
 */
export async function collectSources(given: readonly string[], toPath: (given: string) => string): Promise<CollectedSources> {
  const sources: SourceFile[] = [];
  const skipped: { label: string; why: string }[] = [];
  const seen = new Set<string>();
  const add = async (label: string, path: string): Promise<void> => {
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    const { size } = await stat(path);
    const why = await reasonToSkip(path, size);
    if (why === undefined) sources.push({ path, label, size });
    else skipped.push({ label, why });
    if (sources.length > mostAttachments)
      throw new TasukiError(
        "too_large",
        `A run takes at most ${mostAttachments} sources; there are more in what was given, from ${label} on.`,
      );
  };
  for (const label of given) {
    const path = toPath(label);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new TasukiError("not_found", `There is no file or folder ${path}.`);
    if (found.isDirectory()) {
      for await (const file of filesIn(label, path))
        if (dataExtensions.has(extname(file.path).toLowerCase()))
          skipped.push({ label: file.label, why: "it is data for programs; name the file itself to have it read" });
        else await add(file.label, file.path);
    } else if (found.isFile()) await add(label, path);
    else skipped.push({ label, why: "neither a file nor a folder" });
  }
  return { sources, skipped };
}

/** The name of a source in the task: `S1.md` for the first. */
export function sourceName(at: number, { path }: SourceFile): string {
  const extension = extname(path).slice(1);
  return `S${at + 1}.${/^[A-Za-z0-9]{1,16}$/.test(extension) ? extension : "txt"}`;
}

async function* filesIn(label: string, path: string): AsyncGenerator<{ label: string; path: string }> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const inside = { label: join(label, entry.name), path: join(path, entry.name) };
    // Links are not followed: they may lead in a circle, or out of the folder.
    if (entry.isDirectory()) yield* filesIn(inside.label, inside.path);
    else if (entry.isFile()) yield inside;
  }
}

async function reasonToSkip(path: string, size: number): Promise<string | undefined> {
  if (size === 0) return "it is empty";
  if (size > sourceContract.maxBytes) return `it has ${size} bytes, and at most ${sourceContract.maxBytes} are taken`;
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  const head = buffer.subarray(0, bytesRead);
  const isPdf = head.subarray(0, 1_024).includes("%PDF-");
  // The names of its files can stand further down: main looks at the whole file.
  const isDocx = head.toString("latin1", 0, 4) === "PK\u0003\u0004" && extname(path).toLowerCase() === ".docx";
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  return isPdf || isDocx || isUtf16 || !head.includes(0) ? undefined : "it is a binary file; PDF, DOCX, HTML, Markdown and text are read";
}
