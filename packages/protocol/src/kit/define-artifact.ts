import type { z } from "zod";
import type { Authoring } from "./authoring.ts";
import { type EarlierVersion, inVersion } from "./earlier-version.ts";
import { checkSize, type Parsed } from "./read-text.ts";

/** A file of a stage: its text, the digest of its bytes, and the value that it stands for. */
export interface Document<Value = unknown> {
  readonly name: string;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** Size in bytes. */
  readonly size: number;
  readonly text: string;
  readonly value: Value;
}

/** Documents by artifact name. `complete` gets all inputs of the stage, and those of its outputs that are complete already. */
export type Documents = Readonly<Record<string, readonly Document[]>>;

/** Context of a completion: the facts that a draft is completed from. */
export interface CompletionContext {
  /** The run's id. */
  readonly run: string;
  readonly documents: Documents;
  /** Origins of collected texts, by file name (`N1.txt`), from `out/result.json`. */
  readonly collected?: Readonly<Record<string, { readonly origin: string; readonly fetched?: string | undefined }>>;
}

/** Field by which a value decides where the work goes: on by its word `forward`, to the role before by its word `back`. */
export interface Decision {
  readonly field: string;
  readonly forward: string;
  readonly back: string;
  /** Field with the texts that say what is asked of the author to whom the work goes back. */
  readonly requests?: string;
}

type TextsIn<Value> = { [Field in keyof Value & string]: Value[Field] extends readonly string[] ? Field : never }[keyof Value & string];

type Decides<Value> = {
  [Field in keyof Value & string]: {
    field: Field;
    forward: Value[Field] & string;
    back: Value[Field] & string;
    requests?: TextsIn<Value>;
  };
}[keyof Value & string];

/** Definition of a contract, for `defineArtifact`. */
export interface ArtifactDefinition<Name extends string, Schema extends z.ZodType, Many extends boolean = false> {
  /** Name of the contract. References to it are `name@version` everywhere. */
  readonly name: Name;
  /** Version from 1. A released version stays what it is; docs/extending.md says how another one is added. */
  readonly version: number;
  /** Fixed file name. For an artifact of many, `*` stands for a number from 1 (`S*.txt`). */
  readonly file: string;
  /** True for an artifact of many: a stage may have any number of files of it, zero included. */
  readonly many?: Many;
  readonly mediaType: "text/markdown" | "text/plain" | "application/json";
  /** Largest size of a file, bytes. */
  readonly maxBytes: number;
  /** Schema of the values. Roles, checks and executors see values; files are only read and written here. */
  readonly schema: Schema;
  /** Reads a complete file; reports name it by `fileName`. Must not throw, whatever the text. */
  read(text: string, fileName: string): Parsed<z.output<Schema>>;
  /** Writes a complete file. `read(write(value))` must give the value again. */
  write(value: z.output<Schema>): string;
  /** Completes an author's draft with everything that code can compute. The default takes only complete files. */
  complete?(draft: string, context: CompletionContext): Parsed<string>;
  /** Instructions for authors of drafts. */
  readonly authoring?: Authoring;
  /** Field by which values decide where the work goes. A value without that field sends it on; one with another word is refused. */
  readonly decides?: Decides<z.output<Schema>>;
  /** Versions released before this one, each made by `earlierVersion`. They stay readable for ever. */
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
  readonly authoring?: Authoring;
  readonly decides?: Decision;
  read(text: string, fileName?: string): Parsed<Value>;
  write(value: Value): string;
  complete(draft: string, context: CompletionContext): Parsed<string>;
  /** Contracts of the versions that are read here, each as it was released; ascending, the current one last. */
  readonly versions: readonly AnyArtifact[];
  /** Versions that are written here, ascending. */
  readonly writes: readonly number[];
  /** The artifact over files of a version, whose file name, cap and format it has; values are current ones. Undefined where it is not read here. */
  at(version: number): Artifact<Name, Value, Many> | undefined;
}

/** Any artifact. `write` takes `never`, since it makes `Artifact` contravariant in its value. */
export type AnyArtifact = Omit<Artifact, "write" | "schema" | "at"> & {
  readonly schema: z.ZodType;
  write(value: never): string;
  at(version: number): AnyArtifact | undefined;
};

/** The value that a file of the artifact stands for. */
export type ValueOf<A extends AnyArtifact> = z.output<A["schema"]>;

/**
 * Defines a contract: a kind of file, and the value that it stands for. The size is checked before `read` sees the text.
 *
 * @example
 * const Letter = z.object({ run: Id, to: Line, text: Text });
 * const contract = { name: "letter", version: 1, file: "letter.txt", schema: Letter } as const;
 *
 * export const letter = defineArtifact({
 *   ...contract,
 *   mediaType: "text/plain",
 *   maxBytes: 64 * 1024,
 *   read: (text, fileName) => readHeaded(text, contract, fileName),
 *   write: (value) => formatHeaded(contract, value),
 *   complete: (draft, { run }) => completeHeaded(draft, contract, { run }),
 *   authoring,
 * });
 */
export function defineArtifact<const Name extends string, Schema extends z.ZodType, const Many extends boolean = false>(
  definition: ArtifactDefinition<Name, Schema, Many>,
): Artifact<Name, z.output<Schema>, Many> {
  const { name, version, file, mediaType, maxBytes, earlier = [] } = definition;
  const read = (text: string, fileName: string = file): Parsed<z.output<Schema>> => {
    const size = checkSize(fileName, Buffer.byteLength(text), maxBytes);
    return size === undefined ? definition.read(text, fileName) : { ok: false, unmet: [size] };
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
    ...(definition.decides !== undefined && { decides: definition.decides }),
    read,
    write: (value) => definition.write(value),
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

/** True for a file name of the artifact: `file` itself, or `file` with a number from 1 for its `*`. */
export function isFileOf(artifact: Pick<AnyArtifact, "file">, fileName: string): boolean {
  const [before = "", after] = artifact.file.split("*");
  if (after === undefined) return fileName === artifact.file;
  if (!fileName.startsWith(before) || !fileName.endsWith(after)) return false;
  return /^[1-9][0-9]{0,4}$/.test(fileName.slice(before.length, fileName.length - after.length));
}

/** The file name of an artifact; of many, of the n-th (from 1). */
export function fileNameOf(artifact: Pick<AnyArtifact, "file">, n = 1): string {
  return artifact.file.replace("*", String(n));
}

/**
 * Type that no value has. The compiler asks for it where something doesn't fit, and so prints the sentence. It is an object, since two
 * different texts together would only be `never`.
 */
export interface Complaint<Sentence extends string> {
  readonly complaint: Sentence;
}
