import {
  type AnyRole,
  artifactOf,
  type Document,
  type Documents,
  filesOfSlots,
  type InputsOf,
  type Note,
  optional,
  type OutputsOf,
  type Parsed,
  readDocuments,
  roleAt,
  type Slot,
  type StageFile,
  versionsOf,
} from "@tasuki/protocol";
import { readOutputs } from "./read-outputs.ts";

/** Context of a work: what it is told in addition to its inputs. */
export interface WorkContext {
  /** The run's id. */
  readonly run: string;
  /** Notes to the author, oldest first: what gates, later roles and people say of earlier attempts; none at first. */
  readonly notes?: readonly Note[];
  /** Called by the work on any sign of progress. */
  progress(note?: string): void;
}

/** A role's work as a function over files: from those in `in/` to those for `out/`. */
export interface StageWork {
  readonly role: AnyRole;
  /**
   * Performs the work. Files that the role doesn't consume are passed over. The result is not `ok` where an input breaks its contract, or
   * where the outputs are not those of the role. Rejects with the exception of the work.
   */
  perform(files: readonly StageFile[], context: WorkContext): Promise<Parsed<readonly StageFile[]>>;
}

/** Fields of a value that are not as they should be; none where the value is no object with fields. */
type WrongField<Value, Wanted> = [Value, Wanted] extends [readonly unknown[], unknown] | [unknown, readonly unknown[]]
  ? never
  : [Value, Wanted] extends [object, object]
    ? { [Key in keyof Wanted]-?: Value extends Pick<Wanted, Key> ? never : Key }[keyof Wanted] & string
    : never;

type WrongShape<Role extends string, Name extends string, Value, Field extends string> = [Field] extends [never]
  ? `role '${Role}' returns a '${Name}' that is none: compare it with the schema of artifact '${Name}'`
  : Field extends keyof Value
    ? `role '${Role}' returns a '${Name}' whose '${Field}' is not as it should be: compare it with the schema of artifact '${Name}' (one of several texts is written with 'as const')`
    : `role '${Role}' returns a '${Name}' without its '${Field}': compare it with the schema of artifact '${Name}'`;

type Fault<R extends AnyRole, Outputs> = {
  [Name in keyof OutputsOf<R>]: Name extends keyof Outputs
    ? Outputs[Name] extends OutputsOf<R>[Name]
      ? never
      : WrongShape<R["name"], Name & string, Outputs[Name], WrongField<Outputs[Name], OutputsOf<R>[Name]>>
    : `role '${R["name"]}' does not return '${Name & string}': add it to what the work returns (undefined, where it may be left out)`;
}[keyof OutputsOf<R>];

type Extra<R extends AnyRole, Outputs> = `role '${R["name"]}' does not produce '${Exclude<keyof Outputs, keyof OutputsOf<R>> &
  string}': leave it out, or add it to the role's 'produces'`;

/**
 * Verdict on the outputs of a work: `unknown` where they are exactly the role's, else the sentence that the compiler prints. The outputs of
 * a work that only throws are `never`, whose keys would be every string.
 */
type Verdict<R extends AnyRole, Outputs> = [Outputs] extends [never]
  ? unknown
  : [Fault<R, Outputs>] extends [never]
    ? Exclude<keyof Outputs, keyof OutputsOf<R>> extends never
      ? unknown
      : Extra<R, Outputs>
    : Fault<R, Outputs>;

type Work<R extends AnyRole, Result> = (inputs: InputsOf<R>, context: WorkContext) => Result;

/**
 * Defines the work of a role as a function over typed values. Inputs arrive parsed by their contracts, and outputs are formatted by theirs.
 * A work that returns anything but exactly the role's outputs does not compile. A text that may be one of several is written `as const`,
 * or stands in a value of the artifact's type.
 *
 * @example
 * // The role consumes `letter` and `dictionary`, and produces `translation` and, where there is something to say, `remarks`.
 * export const work = defineExecutor(translator, async ({ letter, dictionary }, { progress }) => {
 *   const text = await translate(letter.value.text, { words: dictionary.value.words, onSentence: () => progress() });
 *   return { translation: { language: "ja" as const, text }, remarks: undefined };
 * });
 */
export function defineExecutor<R extends AnyRole, Result extends OutputsOf<R> | Promise<OutputsOf<R>>>(
  role: R,
  work: Work<R, Result> & Verdict<R, Awaited<Result>>,
): StageWork;
// The second overload is there for its complaint alone: what doesn't fit the first is said here in a sentence.
export function defineExecutor<R extends AnyRole, Result>(role: R, work: Work<R, Result> & Verdict<R, Awaited<Result>>): StageWork;
export function defineExecutor<R extends AnyRole>(role: R, work: Work<R, OutputsOf<R> | Promise<OutputsOf<R>>>): StageWork {
  return {
    role,
    async perform(files, context) {
      // The role is taken in the versions of the run, for its files. The work sees current values, whatever the versions are.
      const used = roleAt(role, versionsOf(files));
      const inputs = readDocuments(used.consumes, filesOfSlots(used.consumes, files));
      if (!inputs.ok) return inputs;
      const slots = feedbackSlots(used);
      const feedback = readDocuments(slots, filesOfSlots(slots, files));
      if (!feedback.ok) return feedback;
      const given = { ...toInputs(used.consumes, inputs.value), ...toInputs(slots, feedback.value) };
      const outputs = await work(given as InputsOf<R>, context); // read by the role's own slots
      return readOutputs(used, outputs);
    },
  };
}

/** Slots of a role's feedback, each of which may be empty. */
export function feedbackSlots({ feedback = [] }: Pick<AnyRole, "feedback">): readonly Slot[] {
  return feedback.map((artifact) => optional(artifact));
}

function toInputs(slots: readonly Slot[], documents: Documents): Record<string, Document | readonly Document[] | undefined> {
  return Object.fromEntries(
    slots.map((slot) => {
      const artifact = artifactOf(slot);
      const found = documents[artifact.name] ?? [];
      return [artifact.name, artifact.many ? found : found[0]];
    }),
  );
}
