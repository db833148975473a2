import {
  type AnyRole,
  artifactOf,
  type Document,
  type Documents,
  filesOfSlots,
  type InputsOf,
  type OutputsOf,
  type Parsed,
  readDocuments,
  roleAt,
  type StageFile,
  versionsOf,
} from "@tasuki/contracts";
import { readOutputs } from "./read-outputs.ts";

/** What a work is told beside its inputs. */
export interface WorkContext {
  /** The run's id. */
  readonly run: string;
  /** Call on any sign of work. */
  progress(note?: string): void;
}

/** A role's work as a function over files: what `in/` holds in, what belongs into `out/` out. */
export interface StageWork {
  readonly role: AnyRole;
  /** Not `ok`: an input breaks its contract, or what came out is not what the role produces. Files that the role doesn't consume are passed over. Rejects with what the function threw. */
  perform(files: readonly StageFile[], context: WorkContext): Promise<Parsed<readonly StageFile[]>>;
}

/** The fields of a value that are not as they should be; none where it is no object with fields. */
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

// A work that only throws returns `never`, whose keys would be every string.
/** `unknown` where the outputs are exactly the role's; else the sentence that the compiler prints. */
type Verdict<R extends AnyRole, Outputs> = [Outputs] extends [never]
  ? unknown
  : [Fault<R, Outputs>] extends [never]
    ? Exclude<keyof Outputs, keyof OutputsOf<R>> extends never
      ? unknown
      : Extra<R, Outputs>
    : Fault<R, Outputs>;

type Work<R extends AnyRole, Returned> = (inputs: InputsOf<R>, context: WorkContext) => Returned;

/**
 * Makes a role's work of a function over typed values: the inputs arrive parsed by their contracts, and what it returns is formatted by them.
 * Returning anything but exactly the role's outputs does not compile. One of several texts is returned with `as const`, or in a value of the artifact's type.
 */
export function defineExecutor<R extends AnyRole, Returned extends OutputsOf<R> | Promise<OutputsOf<R>>>(
  role: R,
  work: Work<R, Returned> & Verdict<R, Awaited<Returned>>,
): StageWork;
// Only for its complaint: what didn't fit above is said here in a sentence.
export function defineExecutor<R extends AnyRole, Returned>(role: R, work: Work<R, Returned> & Verdict<R, Awaited<Returned>>): StageWork;
export function defineExecutor<R extends AnyRole>(role: R, work: Work<R, OutputsOf<R> | Promise<OutputsOf<R>>>): StageWork {
  return {
    role,
    async perform(files, context) {
      // Files are read and written in the versions of the run; the function sees current values whatever they are.
      const used = roleAt(role, versionsOf(files));
      const inputs = readDocuments(used.consumes, filesOfSlots(used.consumes, files));
      if (!inputs.ok) return inputs;
      const outputs = await work(toInputs(used, inputs.value) as InputsOf<R>, context); // read by the role's own slots
      return readOutputs(used, outputs);
    },
  };
}

function toInputs(role: AnyRole, documents: Documents): Record<string, Document | readonly Document[] | undefined> {
  return Object.fromEntries(
    role.consumes.map((slot) => {
      const artifact = artifactOf(slot);
      const found = documents[artifact.name] ?? [];
      return [artifact.name, artifact.many ? found : found[0]];
    }),
  );
}
