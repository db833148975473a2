import { type AskedClocks, parseClocks } from "../messages/clocks.ts";
import type { Unmet } from "../messages/problem.ts";
import type { AnyArtifact, Document, ValueOf } from "./define-artifact.ts";

/** Mark of an artifact that a stage may leave out. */
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

/** The artifact of a slot, optional or not. */
export function artifactOf(slot: Slot): AnyArtifact {
  return "optional" in slot ? slot.optional : slot;
}

/** True for a slot whose artifact may be left out. */
export function isOptional(slot: Slot): boolean {
  return "optional" in slot;
}

type Held<S extends Slot, Wrapped> = ArtifactOf<S>["many"] extends true
  ? readonly Wrapped[]
  : S extends Optional
    ? Wrapped | undefined
    : Wrapped;

/** Files of a stage by artifact name: an array for an artifact of many, perhaps undefined for an optional one, else exactly one file. */
type FilesOf<Slots extends readonly Slot[]> = {
  readonly [S in Slots[number] as ArtifactOf<S>["name"]]: Held<S, Document<ValueOf<ArtifactOf<S>>>>;
};

/** Values of a stage by artifact name, shaped as `FilesOf`. */
type ValuesOf<Slots extends readonly Slot[]> = {
  readonly [S in Slots[number] as ArtifactOf<S>["name"]]: Held<S, ValueOf<ArtifactOf<S>>>;
};

/** Context of a check: facts that no file has. */
export interface CheckContext {
  /** Producer of the outputs, as the receipt `produced` names it: `app:ROLE`, `command:NAME`, or an app's own name for its work. */
  readonly producer?: string | undefined;
}

/** Definition of a role, for `defineRole`. */
export interface RoleDefinition<
  Name extends string,
  Consumes extends readonly Slot[],
  Produces extends readonly Slot[],
  Port extends number,
  Feedback extends readonly AnyArtifact[] = readonly AnyArtifact[],
> {
  /** Name in the pipeline, on the wire and of the app's folder: lower-case letters, digits and '-'. */
  readonly name: Name;
  /** TCP port of the role's bus. No other role of the pipeline may have it. */
  readonly port: Port;
  /** Artifacts that the role reads: given by main, or produced before it. Their order doesn't matter. */
  readonly consumes: Consumes;
  /** Artifacts that the role must write, all of them. Each artifact has one producer in a pipeline. */
  readonly produces: Produces;
  /**
   * Artifacts of later roles that come with work which was sent back by one of them. They are for the author alone: absent at first, never
   * handed on, and no part of what is checked.
   */
  readonly feedback?: Feedback;
  /** Clocks of the role's stage in every run that asks for no others, milliseconds; those that are left out are the pipeline's. */
  readonly clocks?: AskedClocks;
  /** Cross-artifact check of the stage, over files that keep their own contracts. Returns the faults; none means that the check holds. */
  check(inputs: FilesOf<Consumes>, outputs: FilesOf<Produces>, context: CheckContext): Unmet[];
}

/** A role: the artifacts that it reads, those that it must write, and the check of the two together. */
export type Role<
  Name extends string = string,
  Consumes extends readonly Slot[] = readonly Slot[],
  Produces extends readonly Slot[] = readonly Slot[],
  Port extends number = number,
  Feedback extends readonly AnyArtifact[] = readonly AnyArtifact[],
> = RoleDefinition<Name, Consumes, Produces, Port, Feedback>;

/** Any role. `check` takes `never`, the loosest form: `gate` alone calls it, with files read by the role's own slots. */
export interface AnyRole {
  readonly name: string;
  readonly port: number;
  readonly consumes: readonly Slot[];
  readonly produces: readonly Slot[];
  readonly feedback?: readonly AnyArtifact[];
  readonly clocks?: AskedClocks;
  check(inputs: never, outputs: never, context: CheckContext): Unmet[];
}

/** Feedback of a role by artifact name: a document where work was sent back, else undefined. */
type FeedbackOf<R extends AnyRole> = {
  readonly [A in NonNullable<R["feedback"]>[number] as A["name"]]?: Document<ValueOf<A>> | undefined;
};

/** Inputs of a role's work: documents by artifact name. Those of its feedback are there only where the work was sent back. */
export type InputsOf<R extends AnyRole> = FilesOf<R["consumes"]> & FeedbackOf<R>;
/** Outputs of a role's work: values by artifact name. */
export type OutputsOf<R extends AnyRole> = ValuesOf<R["produces"]>;

/**
 * Defines a role. The types of its inputs and outputs are inferred from the artifacts that it names: one file, an array where there are
 * many, perhaps undefined where optional. Throws for clocks that no run may ask for.
 *
 * @example
 * export const writer = defineRole({
 *   name: "writer",
 *   port: 18101,
 *   consumes: [run, order],
 *   produces: [letter, optional(remarks)],
 *   check({ order }, { letter }) {
 *     const { to } = order.value;
 *     if (letter.value.to === to) return [];
 *     return [{ file: letter.name, path: "to", expected: to, got: letter.value.to, fix: `write the letter to ${to}` }];
 *   },
 * });
 */
export function defineRole<
  const Name extends string,
  const Consumes extends readonly Slot[],
  const Produces extends readonly Slot[],
  const Port extends number,
  const Feedback extends readonly AnyArtifact[] = readonly [],
>(definition: RoleDefinition<Name, Consumes, Produces, Port, Feedback>): Role<Name, Consumes, Produces, Port, Feedback> {
  if (definition.clocks !== undefined) parseClocks(definition.clocks, `role '${definition.name}'`);
  return definition;
}
