import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { hasErrorCode, mostAttachments, systemCause, TasukiError } from "@tasuki/protocol";
import { sourceContract } from "@tasuki/bus";

const notAFile = "it is neither a file nor a folder";

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

// Files with these extensions are data for programs: quoted in an answer they help nobody. A file that is named itself is taken.
const dataExtensions = new Set([".json", ".jsonl", ".ndjson", ".map", ".lock", ".svg", ".css"]);

/**
 * The sources that files and folders stand for, in the order given, folders walked in the order of names. What can't be a document, or can't be
 * read, is skipped with a reason, and so is data for programs in a folder; `node_modules` and names that begin with a dot are passed over.
 * Rejects with `not_found` where nothing is there that was named, or `too_large` for more sources than a task takes.
 */
export async function collectSources(given: readonly string[], toPath: (given: string) => string): Promise<CollectedSources> {
  const sources: SourceFile[] = [];
  const skipped: { label: string; why: string }[] = [];
  const seen = new Set<string>();
  const add = async (label: string, path: string): Promise<void> => {
    const looked = await lookAt(path, seen).catch((error: unknown) => ({ why: whyUnread(path, error) }));
    if (looked === undefined) return;
    if ("why" in looked) skipped.push({ label, why: looked.why });
    else sources.push({ path, label, size: looked.size });
    if (sources.length > mostAttachments)
      throw new TasukiError(
        "too_large",
        `A run takes at most ${mostAttachments} sources; there are more in what was given, from ${label} on.`,
      );
  };
  for (const label of given) {
    const path = toPath(label);
    const found = await stat(path).catch((error: unknown) => {
      // Shells fill in names that are no UTF-8, which nobody can type: one of them does not stop the others.
      if (!isLossy(path)) throw missing(path, error);
      skipped.push({ label, why: whyUnread(path, error) });
    });
    if (found === undefined) continue;
    if (found.isDirectory()) {
      let files = 0;
      for await (const file of filesIn(label, path)) {
        files += 1;
        if ("why" in file) skipped.push(file);
        else if (dataExtensions.has(extname(file.path).toLowerCase()))
          skipped.push({ label: file.label, why: "it is data for programs; name the file itself to have it read" });
        else await add(file.label, file.path);
      }
      if (files === 0) skipped.push({ label, why: "it has no documents; node_modules, and names that begin with a dot, are passed over" });
    } else if (found.isFile()) await add(label, path);
    else skipped.push({ label, why: notAFile });
  }
  return { sources, skipped };
}

/** The name of a source in the task: `S1.md` for the first. */
export function sourceName(at: number, { path }: SourceFile): string {
  const extension = extname(path).slice(1);
  return `S${at + 1}.${/^[A-Za-z0-9]{1,16}$/.test(extension) ? extension : "txt"}`;
}

type Found = { readonly label: string; readonly path: string } | { readonly label: string; readonly why: string };

async function* filesIn(label: string, path: string): AsyncGenerator<Found> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => whyUnread(path, error));
  if (typeof entries === "string") return yield { label, why: entries };
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const inside = { label: join(label, entry.name), path: join(path, entry.name) };
    if (entry.isDirectory()) yield* filesIn(inside.label, inside.path);
    else if (entry.isFile()) yield inside;
    // Links are not followed: they may lead in a circle, or out of the folder.
    else if (entry.isSymbolicLink()) yield { label: inside.label, why: "it is a link; name it itself to have what it leads to read" };
    else yield { label: inside.label, why: notAFile };
  }
}

/** Size of a file that can be a document, or why it can't; undefined where it was `seen` before. */
async function lookAt(path: string, seen: Set<string>): Promise<{ readonly size: number } | { readonly why: string } | undefined> {
  const real = await realpath(path);
  if (seen.has(real)) return undefined;
  seen.add(real);
  const { size } = await stat(path);
  const why = await reasonToSkip(path, size);
  return why === undefined ? { size } : { why };
}

/** True for a path with the character that stands for bytes which are no UTF-8: what it names can't be found by it. */
function isLossy(path: string): boolean {
  return path.includes("\ufffd");
}

function whyUnread(path: string, error: unknown): string {
  return isLossy(path) ? "its name is not UTF-8: rename it" : `it can't be read: ${systemCause(error)}`;
}

function missing(path: string, cause: unknown): TasukiError {
  const why = hasErrorCode(cause, "ENOENT") ? `There is no file or folder ${path}.` : `${path} can't be read: ${systemCause(cause)}.`;
  return new TasukiError("not_found", why, { cause });
}

async function reasonToSkip(path: string, size: number): Promise<string | undefined> {
  if (size === 0) return "it is empty";
  if (size > sourceContract.maxBytes) return `it has ${size} bytes, and at most ${sourceContract.maxBytes} are taken`;
  // Kinds that main reads are decided by the same function at intake. It is loaded here, because most commands read no documents.
  const { sniff } = await import("@tasuki/executors/sniff");
  const kind = sniff(await readFile(path), path);
  return kind.is === "unreadable" ? kind.reason : undefined;
}
