import type { z } from "zod";
import type { EarlierVersion } from "./earlier-version.ts";
import type { Unmet } from "./problem.ts";
import { TasukiError } from "./problem.ts";

/** The outcome of reading a text by its contract: a value, or everything that is wrong with it. Reading never throws. */
export type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly unmet: readonly Unmet[] };

/** A file of a stage: its bytes as text, their digest, and the value that they stand for. */
export interface Document<Value = unknown> {
  readonly name: string;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly text: string;
  readonly value: Value;
}

/** What `complete` may read: all inputs of the stage, and the outputs of it that are complete already, by artifact name. */
export type Documents = Readonly<Record<string, readonly Document[]>>;

/** What a draft is completed from. */
export interface CompletionContext {
  /** The run's id. */
  readonly run: string;
  readonly documents: Documents;
  /** From `out/result.json`: where collected texts come from, by file name (`N1.txt`). */
  readonly collected?: Readonly<Record<string, { readonly origin: string; readonly fetched?: string | undefined }>>;
}

/** What `defineArtifact` takes. */
export interface ArtifactDefinition<Name extends string, Schema extends z.ZodType, Many extends boolean = false> {
  /** The contract's name; `name@version` everywhere. */
  readonly name: Name;
  /** From 1. A released version stays what it is: docs/extending.md says how there comes to be another. */
  readonly version: number;
  /** The fixed file name; where there are many, `*` stands for a number from 1 (`S*.txt`). */
  readonly file: string;
  /** Whether a stage may have any number of these, zero included. */
  readonly many?: Many;
  readonly mediaType: "text/markdown" | "text/plain" | "application/json";
  /** The cap on the file, bytes. */
  readonly maxBytes: number;
  /** What a value is. Values are what roles, checks and executors see; files are only read and written here. */
  readonly schema: Schema;
  /** Reads a complete file. `fileName` is used in what it reports. Must not throw, whatever the text. */
  parse(text: string, fileName: string): Parsed<z.output<Schema>>;
  /** Writes a complete file; `parse(format(value))` gives the value again. */
  format(value: z.output<Schema>): string;
  /** Fills in what code can compute of an author's draft. The default takes only complete files. */
  complete?(draft: string, context: CompletionContext): Parsed<string>;
  /** For prompts, in Markdown: how an author writes a draft of it, and what may be left out. */
  readonly authoring?: string;
  /** Every version released before this one, each by `earlierVersion`: they stay readable for ever. */
  readonly earlier?: readonly EarlierVersion<Name, z.output<Schema>, NoInfer<Many>>[];
}

/** A contract for one kind of file: its name, its format, and the typed value that it stands for. */
export interface Artifact<Name extends string = string, Value = unknown, Many extends boolean = boolean> {
  readonly name: Name;
  readonly version: number;
  readonly file: string;
  readonly many: Many;
  readonly mediaType: string;
  readonly maxBytes: number;
  readonly schema: z.ZodType<Value>;
  /** For prompts: how an author writes a draft of it. */
  readonly authoring?: string;
  parse(text: string, fileName?: string): Parsed<Value>;
  format(value: Value): string;
  complete(draft: string, context: CompletionContext): Parsed<string>;
  /** The contract of each version that is read here, as it was released; ascending, the current one last. */
  readonly versions: readonly AnyArtifact[];
  /** The versions that are written here, ascending. */
  readonly writes: readonly number[];
  /** This artifact in the files of a version: names, caps and format are that version's, values are current ones. Undefined where the version is not read here. */
  at(version: number): Artifact<Name, Value, Many> | undefined;
}

// The loosest artifact that a definition fits: `format` makes Artifact contravariant in its value, hence `never`.
export type AnyArtifact = Omit<Artifact, "format" | "schema" | "at"> & {
  readonly schema: z.ZodType;
  format(value: never): string;
  at(version: number): AnyArtifact | undefined;
};

/** The value that a file of the artifact stands for. */
export type ValueOf<A extends AnyArtifact> = z.output<A["schema"]>;

/** Defines a contract. The size cap is checked before `parse` sees the text. */
export function defineArtifact<const Name extends string, Schema extends z.ZodType, const Many extends boolean = false>(
  definition: ArtifactDefinition<Name, Schema, Many>,
): Artifact<Name, z.output<Schema>, Many> {
  const { name, version, file, mediaType, maxBytes, earlier = [] } = definition;
  const parse = (text: string, fileName: string = file): Parsed<z.output<Schema>> => {
    const size = Buffer.byteLength(text);
    if (size > maxBytes)
      return {
        ok: false,
        unmet: [{ file: fileName, expected: `at most ${maxBytes} bytes`, got: `${size} bytes`, fix: "make the file shorter" }],
      };
    return definition.parse(text, fileName);
  };
  const artifact: Artifact<Name, z.output<Schema>, Many> = {
    name,
    version,
    file,
    many: (definition.many ?? false) as Many, // the default of Many is false, which the compiler can't see
    mediaType,
    maxBytes,
    schema: definition.schema as unknown as z.ZodType<z.output<Schema>>, // the same schema, seen from its output
    ...(definition.authoring !== undefined && { authoring: definition.authoring }),
    parse,
    format: (value) => definition.format(value),
    complete: (draft, context) => definition.complete?.(draft, context) ?? { ok: true, value: draft },
    get versions() {
      return [...earlier.map((one) => one.artifact), artifact].sort((one, other) => one.version - other.version);
    },
    writes: [...earlier.filter((one) => one.fromCurrent !== undefined).map((one) => one.artifact.version), version].sort(
      (one, other) => one - other,
    ),
    at(wanted) {
      if (wanted === version) return artifact;
      const found = earlier.find((one) => one.artifact.version === wanted);
      return found && inVersion(artifact, found);
    },
  };
  return artifact;
}

/** An artifact in the files of an earlier version. */
function inVersion<Name extends string, Value, Many extends boolean>(
  current: Artifact<Name, Value, Many>,
  earlier: EarlierVersion<Name, Value, Many>,
): Artifact<Name, Value, Many> {
  const { artifact } = earlier;
  const { version, file, mediaType, maxBytes, authoring } = artifact;
  return {
    ...current,
    version,
    file,
    mediaType,
    maxBytes,
    ...(authoring !== undefined && { authoring }),
    versions: current.versions,
    parse(text, fileName) {
      const parsed = artifact.parse(text, fileName);
      return parsed.ok ? { ok: true, value: earlier.toCurrent(parsed.value as never) } : parsed; // of this version, by its own contract
    },
    format(value) {
      if (!earlier.fromCurrent)
        throw new TasukiError("unknown_version", `${refOf(artifact)} is read here, and no longer written: write ${refOf(current)}.`);
      return artifact.format(earlier.fromCurrent(value) as never); // of this version, by its own contract
    },
    complete: (draft, context) => artifact.complete(draft, context),
  };
}

/** Whether a file name is one of this artifact: equal to `file`, or with `*` replaced by a number from 1. */
export function isFileOf(artifact: Pick<AnyArtifact, "file">, fileName: string): boolean {
  const [before = "", after] = artifact.file.split("*");
  if (after === undefined) return fileName === artifact.file;
  if (!fileName.startsWith(before) || !fileName.endsWith(after)) return false;
  return /^[1-9][0-9]{0,4}$/.test(fileName.slice(before.length, fileName.length - after.length));
}

/** The file name of the n-th of many (from 1); the fixed name where there is one. */
export function fileNameOf(artifact: Pick<AnyArtifact, "file">, n = 1): string {
  return artifact.file.replace("*", String(n));
}

/** `name@version` of an artifact. */
export function refOf(artifact: Pick<AnyArtifact, "name" | "version">): string {
  return `${artifact.name}@${artifact.version}`;
}
