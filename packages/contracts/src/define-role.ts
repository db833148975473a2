import type { AnyArtifact, Document, ValueOf } from "./define-artifact.ts";
import type { Unmet } from "./problem.ts";

/** An artifact that a stage may leave out. */
export interface Optional<A extends AnyArtifact = AnyArtifact> {
  readonly optional: A;
}

/** Marks an artifact that a stage may consume or produce, but need not. */
export function optional<A extends AnyArtifact>(artifact: A): Optional<A> {
  return { optional: artifact };
}

/** An entry of a role's `consumes` or `produces`: an artifact, or one that may be left out. */
export type Slot = AnyArtifact | Optional;
/** The artifact of a slot. */
export type ArtifactOf<S extends Slot> = S extends Optional<infer A> ? A : S extends AnyArtifact ? S : never;

/** The artifact of a slot, whether it may be left out or not. */
export function artifactOf(slot: Slot): AnyArtifact {
  return "optional" in slot ? slot.optional : slot;
}

/** Whether the slot's artifact may be left out. */
export function isOptional(slot: Slot): boolean {
  return "optional" in slot;
}

type Held<S extends Slot, Wrapped> = ArtifactOf<S>["many"] extends true
  ? readonly Wrapped[]
  : S extends Optional
    ? Wrapped | undefined
    : Wrapped;

/** Files of a stage by artifact name: an array where there are many, perhaps undefined where optional, else exactly one. */
export type FilesOf<Slots extends readonly Slot[]> = {
  readonly [S in Slots[number] as ArtifactOf<S>["name"]]: Held<S, Document<ValueOf<ArtifactOf<S>>>>;
};

/** Values of a stage by artifact name, shaped as `FilesOf`. */
export type ValuesOf<Slots extends readonly Slot[]> = {
  readonly [S in Slots[number] as ArtifactOf<S>["name"]]: Held<S, ValueOf<ArtifactOf<S>>>;
};

/** What a check is told beside the files. */
export interface CheckContext {
  /** Who made the outputs, as `produced` says it: `embedded/1`, `app:ROLE`, `command:NAME`; undefined where it isn't known. */
  readonly producer?: string | undefined;
}

/** What `defineRole` takes. */
export interface RoleDefinition<
  Name extends string,
  Consumes extends readonly Slot[],
  Produces extends readonly Slot[],
  Port extends number,
> {
  /** As in the pipeline, on the wire and in the name of the app's folder: lower-case letters, digits and '-'. */
  readonly name: Name;
  /** The TCP port of the role's bus: one that no other role of the pipeline has. */
  readonly port: Port;
  /** What it reads: given by main, or produced before it. The order doesn't matter. */
  readonly consumes: Consumes;
  /** What it must write, all of it; each artifact has one producer in a pipeline. */
  readonly produces: Produces;
  /** The cross-artifact check of the stage, over files that keep their own contracts. An empty array means that it holds. */
  check(inputs: FilesOf<Consumes>, outputs: FilesOf<Produces>, context: CheckContext): Unmet[];
}

/** A role: what it reads, what it must write, and when the two fit together. */
export type Role<
  Name extends string = string,
  Consumes extends readonly Slot[] = readonly Slot[],
  Produces extends readonly Slot[] = readonly Slot[],
  Port extends number = number,
> = RoleDefinition<Name, Consumes, Produces, Port>;

// `check` is called only through gate(), with files read by the role's own slots; hence the loosest form of it.
/** A role whatever it reads and writes. */
export interface AnyRole {
  readonly name: string;
  readonly port: number;
  readonly consumes: readonly Slot[];
  readonly produces: readonly Slot[];
  check(inputs: never, outputs: never, context: CheckContext): Unmet[];
}

/** What a work is handed: documents by artifact name. */
export type InputsOf<R extends AnyRole> = FilesOf<R["consumes"]>;
/** What a work returns: values by artifact name. */
export type OutputsOf<R extends AnyRole> = ValuesOf<R["produces"]>;

/** Defines a role. Everything about its inputs and outputs is inferred from the contracts that it names. */
export function defineRole<
  const Name extends string,
  const Consumes extends readonly Slot[],
  const Produces extends readonly Slot[],
  const Port extends number,
>(definition: RoleDefinition<Name, Consumes, Produces, Port>): Role<Name, Consumes, Produces, Port> {
  return definition;
}
