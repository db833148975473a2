import type { AnyArtifact, ValueOf } from "./define-artifact.ts";

/** A released version of an artifact that is not the current one, and how its values stand for current ones. */
export interface EarlierVersion<Name extends string = string, Value = unknown, Many extends boolean = boolean> {
  /** The contract as it was released: its own format and schema. */
  readonly artifact: AnyArtifact & { readonly name: Name; readonly many: Many };
  /** The current value that an earlier one stands for. Must not throw. */
  toCurrent(value: never): Value;
  /** The earlier value to write for a current one. Absent: files of that version are read, and no longer written. */
  fromCurrent?(value: Value): unknown;
}

/**
 * Keeps an earlier version of an artifact readable, for `earlier` of `defineArtifact`; and writable, for as long as `fromCurrent` is
 * given, so that a run that is pinned to it goes on through a rolling upgrade.
 */
export function earlierVersion<A extends AnyArtifact, Value>(
  artifact: A,
  conversion: { toCurrent(value: ValueOf<A>): Value; fromCurrent?(value: Value): ValueOf<A> },
): EarlierVersion<A["name"], Value, A["many"]> {
  return { artifact, ...conversion };
}
