import type { z } from "zod";
import type { Unmet } from "./problem.ts";

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

export interface CompletionContext {
  readonly run: string;
  readonly documents: Documents;
  /** From `out/result.json`: where collected texts come from, by file name (`N1.txt`). */
  readonly collected?: Readonly<Record<string, { readonly origin: string; readonly fetched?: string | undefined }>>;
}

export interface ArtifactDefinition<Name extends string, Schema extends z.ZodType, Many extends boolean = false> {
  /** The contract's name; `name@version` everywhere. */
  readonly name: Name;
  readonly version: number;
  /** The fixed file name; where there are many, `*` stands for a number from 1 (`S*.txt`). */
  readonly file: string;
  /** Whether a stage may have any number of these, zero included. */
  readonly many?: Many;
  readonly mediaType: "text/markdown" | "text/plain" | "application/json";
  /** The cap on the file, bytes. */
  readonly maxBytes: number;
  readonly schema: Schema;
  /** Reads a complete file. `fileName` is used in what it reports. Must not throw, whatever the text. */
  parse(text: string, fileName: string): Parsed<z.output<Schema>>;
  /** Writes a complete file; `parse(format(value))` gives the value again. */
  format(value: z.output<Schema>): string;
  /** Fills in what code can compute of an author's draft. The default takes only complete files. */
  complete?(draft: string, context: CompletionContext): Parsed<string>;
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
  parse(text: string, fileName?: string): Parsed<Value>;
  format(value: Value): string;
  complete(draft: string, context: CompletionContext): Parsed<string>;
}

// The loosest artifact that a definition fits: `format` makes Artifact contravariant in its value, hence `never`.
export type AnyArtifact = Omit<Artifact, "format" | "schema"> & {
  readonly schema: z.ZodType;
  format(value: never): string;
};

export type ValueOf<A extends AnyArtifact> = z.output<A["schema"]>;

/** Defines a contract. The size cap is checked before `parse` sees the text. */
export function defineArtifact<const Name extends string, Schema extends z.ZodType, const Many extends boolean = false>(
  definition: ArtifactDefinition<Name, Schema, Many>,
): Artifact<Name, z.output<Schema>, Many> {
  const parse = (text: string, fileName: string = definition.file): Parsed<z.output<Schema>> => {
    const size = Buffer.byteLength(text);
    if (size > definition.maxBytes)
      return {
        ok: false,
        unmet: [{ file: fileName, expected: `at most ${definition.maxBytes} bytes`, got: `${size} bytes`, fix: "make the file shorter" }],
      };
    return definition.parse(text, fileName);
  };
  return {
    name: definition.name,
    version: definition.version,
    file: definition.file,
    many: (definition.many ?? false) as Many, // the default of Many is false, which the compiler can't see
    mediaType: definition.mediaType,
    maxBytes: definition.maxBytes,
    schema: definition.schema as unknown as z.ZodType<z.output<Schema>>, // the same schema, seen from its output
    parse,
    format: (value) => definition.format(value),
    complete: (draft, context) => definition.complete?.(draft, context) ?? { ok: true, value: draft },
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
