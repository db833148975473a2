import { refOf } from "../messages/identifiers.ts";
import { TasukiError } from "../messages/problem.ts";
import type { AnyArtifact, Artifact, ValueOf } from "./define-artifact.ts";

/** A released version of an artifact that is not the current one, and the conversion of its values to current ones. */
export interface EarlierVersion<Name extends string = string, Value = unknown, Many extends boolean = boolean> {
  /** The contract as it was released, with its own format and schema. */
  readonly artifact: AnyArtifact & { readonly name: Name; readonly many: Many };
  /** The current value that an earlier one stands for. Must not throw. */
  toCurrent(value: never): Value;
  /** The earlier value to write for a current one. Without it, files of that version are read, and no longer written. */
  fromCurrent?(value: Value): unknown;
}

/**
 * Earlier version of an artifact, for `earlier` of `defineArtifact`. It stays readable; and writable for as long as `fromCurrent` is given,
 * so that a run that is pinned to it goes on through a rolling upgrade.
 */
export function earlierVersion<A extends AnyArtifact, Value>(
  artifact: A,
  conversion: { toCurrent(value: ValueOf<A>): Value; fromCurrent?(value: Value): ValueOf<A> },
): EarlierVersion<A["name"], Value, A["many"]> {
  return { artifact, ...conversion };
}

/** The current artifact over files of an earlier version: it reads and writes them as current values. */
export function inVersion<Name extends string, Value, Many extends boolean>(
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
    read(text, fileName) {
      const parsed = artifact.read(text, fileName);
      return parsed.ok ? { ok: true, value: earlier.toCurrent(parsed.value as never) } : parsed; // a value of that version, by its own contract
    },
    write(value) {
      if (!earlier.fromCurrent)
        throw new TasukiError("unknown_version", `${refOf(artifact)} is read here, and no longer written: write ${refOf(current)}.`);
      return artifact.write(earlier.fromCurrent(value) as never); // a value of that version, by its own contract
    },
    complete: (draft, context) => artifact.complete(draft, context),
  };
}
