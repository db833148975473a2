import { type AskedClocks, parseClocks } from "../messages/clocks.ts";
import type { AnyArtifact, Complaint, Documents, ValueOf } from "./define-artifact.ts";
import { artifactOf, type AnyRole, type ArtifactOf } from "./define-role.ts";

type Consumed<R extends AnyRole> = ArtifactOf<R["consumes"][number]>;
type Produced<R extends AnyRole> = ArtifactOf<R["produces"][number]>;
type FedBack<R extends AnyRole> = number extends NonNullable<R["feedback"]>["length"] ? never : NonNullable<R["feedback"]>[number];

/** Names of artifacts that are not there. */
type Missing<A extends AnyArtifact, There extends AnyArtifact> = Exclude<A["name"], There["name"]>;
/** Names of artifacts that are there, but as another kind of file or of other values. */
type Other<A extends AnyArtifact, There extends AnyArtifact> = A extends AnyArtifact
  ? IsSame<A, Extract<There, { readonly name: A["name"] }>> extends true
    ? never
    : A["name"]
  : never;
type IsSame<A extends AnyArtifact, B extends AnyArtifact> = [ValueOf<A>, A["many"]] extends [ValueOf<B>, B["many"]]
  ? [ValueOf<B>, B["many"]] extends [ValueOf<A>, A["many"]]
    ? true
    : false
  : false;

/** The sentence that the compiler prints for a role that doesn't fit in at its place; `unknown` for a role that does. */
type Fit<
  R extends AnyRole,
  Before extends AnyArtifact,
  After extends AnyArtifact,
  Seen extends string,
  Ports extends number,
> = R["name"] extends Seen | "main"
  ? `role '${R["name"]}' is in the pipeline twice: give one of them another name`
  : R["port"] extends Ports
    ? `role '${R["name"]}' has port ${R["port"]}, which another role has: give it a free one`
    : [Missing<Consumed<R>, Before>] extends [never]
      ? [Other<Consumed<R>, Before>] extends [never]
        ? [Extract<Produced<R>["name"], Before["name"] | "notes">] extends [never]
          ? [Missing<FedBack<R>, After>] extends [never]
            ? [Other<FedBack<R>, After>] extends [never]
              ? unknown
              : `role '${R["name"]}' has another '${Other<FedBack<R>, After>}' as feedback than a later role produces: name the artifact of that role`
            : `role '${R["name"]}' has feedback '${Missing<FedBack<R>, After>}', which no later role produces: name an artifact of a role after it`
          : `role '${R["name"]}' produces '${Extract<Produced<R>["name"], Before["name"] | "notes">}', which is there already: each artifact has one producer`
        : `role '${R["name"]}' consumes another '${Other<Consumed<R>, Before>}' than the one that comes to it: name the artifact that is given or produced before it`
      : `role '${R["name"]}' consumes '${Missing<Consumed<R>, Before>}', which nothing before it produces: add it to 'given', or put its producer earlier`;

/** The fit of each role, in order, so that a sentence stands in the place of each role that doesn't fit. */
type Fits<
  Roles extends readonly AnyRole[],
  Before extends AnyArtifact,
  Seen extends string,
  Ports extends number,
> = Roles extends readonly [infer R extends AnyRole, ...infer Rest extends readonly AnyRole[]]
  ? readonly [Fit<R, Before, Produced<Rest[number]>, Seen, Ports>, ...Fits<Rest, Before | Produced<R>, Seen | R["name"], Ports | R["port"]>]
  : readonly [];

type PipelineCheck<Given extends readonly AnyArtifact[], Roles extends readonly AnyRole[]> = number extends Roles["length"]
  ? unknown
  : {
      readonly given: [Extract<Given[number]["name"], "notes">] extends [never]
        ? unknown
        : "'notes' is given in every relay: give the artifact another name";
      readonly roles: Fits<Roles, Given[number], never, typeof mainPort>;
    };

/** The views of a pipeline, one of which may explain a brief. */
interface Viewed<Name extends string> {
  readonly intake: { readonly explain?: NoInfer<Name> };
  readonly views?: Readonly<Record<Name, View>>;
}

/** The TCP port of main's bus. Roles get the following ports. */
export const mainPort = 18100;

/** Port of main's operator API, unless its configuration says otherwise. */
export const operatorPort = 18199;

/** Intake of a request to run: the artifacts that main makes of its parts. */
interface Intake<Given extends AnyArtifact = AnyArtifact> {
  /** The artifact of the request's `brief`, which comes inline, or attached under this contract. */
  readonly brief: Given;
  /** The artifact of each raw source's text, one file for each source. Left out, a run takes no sources. */
  readonly sources?: Given;
  /**
   * Name of the view that explains a brief to the one who starts a run. It answers from the brief alone with a list, each item a text or an
   * object of texts, which people see as a line.
   */
  readonly explain?: string;
  /** Profile of a run that names none, by the text of its brief; the pipeline's first where it is left out or says none. It may be given any text. */
  readonly profile?: (brief: string) => string | undefined;
}

/**
 * A question about artifacts that operators may ask, answered in plain JSON. Views read documents, so they are called in a limited child
 * process only.
 */
export type View = (documents: Documents) => unknown;

/**
 * A relay as data: the artifacts that main gives at the start, and the roles in their order. Main opens and closes every pipeline, and stands
 * in none.
 */
export interface Pipeline<
  Given extends readonly AnyArtifact[] = readonly AnyArtifact[],
  Roles extends readonly AnyRole[] = readonly AnyRole[],
> {
  /** File URL of the module that exports the pipeline (`import.meta.url`). Processes that work or judge load it from there. */
  readonly module: string;
  /** Profiles that a run may be asked to keep: a sentence for people, by name. A run that names none has the first. */
  readonly profiles: Readonly<Record<string, string>>;
  readonly intake: Intake<Given[number]>;
  readonly given: Given;
  readonly roles: Roles;
  /** Clocks of every stage in a run that asks for no others, milliseconds; a role may have its own. What is left out has its default. */
  readonly clocks?: AskedClocks;
  /** Views of the artifacts, by name. */
  readonly views?: Readonly<Record<string, View>>;
}

/**
 * Defines a linear pipeline. Wrong wiring does not compile, and the message names the role and the artifact: a role consumes what nothing
 * before it produces, an artifact has two producers, a role or a port is there twice. Throws for clocks that no run may ask for.
 *
 * @example
 * export const relay = definePipeline({
 *   module: import.meta.url,
 *   profiles: { plain: "the letter is in plain words", formal: "the letter is in the words of a court" },
 *   intake: { brief: order },
 *   given: [run, order],
 *   roles: [writer, editor],
 *   views: { addressees: ({ letter = [] }) => letter.map(({ name, sha256 }) => ({ name, sha256 })) },
 * });
 */
export function definePipeline<
  const Given extends readonly AnyArtifact[],
  const Roles extends readonly AnyRole[],
  const ViewName extends string = never,
>(definition: Pipeline<Given, Roles> & PipelineCheck<Given, Roles> & Viewed<ViewName>): Pipeline<Given, Roles> {
  const { module, profiles, intake, given, roles, clocks, views } = definition;
  if (clocks !== undefined) parseClocks(clocks, "the pipeline");
  return { module, profiles, intake, given, roles, ...(clocks !== undefined && { clocks }), ...(views !== undefined && { views }) };
}

/** The profile of a run that names none: what its brief calls for, else the pipeline's first. */
export function defaultProfile({ profiles, intake }: Pick<Pipeline, "profiles" | "intake">, brief: string): string {
  return intake.profile?.(brief) ?? Object.keys(profiles)[0] ?? "";
}

type NamesOf<Roles extends readonly AnyRole[]> = Roles extends readonly [infer R extends AnyRole, ...infer Rest extends readonly AnyRole[]]
  ? Rest extends readonly []
    ? R["name"]
    : `${R["name"]}, ${NamesOf<Rest>}`
  : never;

/** `unknown` for a stage of the pipeline, and for a name that is only known when the program runs; else the sentence that the compiler prints. */
type Known<P extends Pipeline, Stage extends string> = string extends Stage
  ? unknown
  : Stage extends P["roles"][number]["name"] | "main"
    ? unknown
    : Complaint<`role '${Stage}' is not in the pipeline: name one of ${NamesOf<P["roles"]>}, or put it into 'roles'`>;

/** The role of a name, if it is in the pipeline. `main` is in none. */
export function roleOf<P extends Pipeline, const Stage extends string>(pipeline: P, name: Stage & Known<P, Stage>): AnyRole | undefined {
  return pipeline.roles.find((role) => role.name === name);
}

/** The role that a stage's result goes to: the following one, or `main` after the last. */
export function nextRole<P extends Pipeline, const Stage extends string>(pipeline: P, stage: Stage & Known<P, Stage>): string {
  const at = pipeline.roles.findIndex((role) => role.name === stage);
  return pipeline.roles[at + 1]?.name ?? "main";
}

/** Every artifact of the pipeline: the given ones, then each role's outputs in order. */
export function artifactsOf(pipeline: Pipeline): readonly AnyArtifact[] {
  return [...pipeline.given, ...pipeline.roles.flatMap((role) => role.produces.map(artifactOf))];
}

/** The artifact of a name in the pipeline. */
export function artifactNamed(pipeline: Pipeline, name: string): AnyArtifact | undefined {
  return artifactsOf(pipeline).find((artifact) => artifact.name === name);
}

/**
 * The artifacts that a `work` task for a role carries: all that are given or produced before it, and that this role or a later one consumes.
 * The hop to main carries `run` and the last role's outputs.
 */
export function carriedTo<P extends Pipeline, const Stage extends string>(
  pipeline: P,
  stage: Stage & Known<P, Stage>,
): readonly AnyArtifact[] {
  const at = pipeline.roles.findIndex((role) => role.name === stage);
  if (at < 0)
    return [...pipeline.given.filter((artifact) => artifact.name === "run"), ...(pipeline.roles.at(-1)?.produces.map(artifactOf) ?? [])];
  const before = [...pipeline.given, ...pipeline.roles.slice(0, at).flatMap((role) => role.produces.map(artifactOf))];
  const wanted = new Set(pipeline.roles.slice(at).flatMap((role) => role.consumes.map((slot) => artifactOf(slot).name)));
  return before.filter((artifact) => wanted.has(artifact.name) || artifact.name === "run");
}
