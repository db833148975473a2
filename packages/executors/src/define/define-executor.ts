import {
  type AnyArtifact,
  type AnyRole,
  artifactOf,
  type Document,
  type Documents,
  fileNameOf,
  filesOfSlots,
  type InputsOf,
  type OutputsOf,
  type Parsed,
  readDocuments,
  roleAt,
  type StageFile,
  versionsOf,
} from "@tasuki/contracts";

export interface WorkContext {
  readonly run: string;
  /** Call on any sign of work. */
  progress(note?: string): void;
}

/** A role's work as a function over files: what `in/` holds in, what belongs into `out/` out. */
export interface StageWork {
  readonly role: AnyRole;
  /** Not `ok`: an input breaks its contract. Files that the role doesn't consume are passed over. Rejects with what the function threw. */
  perform(files: readonly StageFile[], context: WorkContext): Promise<Parsed<readonly StageFile[]>>;
}

// A work that only throws returns `never`, whose keys would be every string.
type Extra<R extends AnyRole, Returned> = [Awaited<Returned>] extends [never]
  ? never
  : Exclude<keyof Awaited<Returned>, keyof OutputsOf<R>>;

/** The compiler alone lets a name too many pass; with this it prints a sentence about it. */
type NothingElse<R extends AnyRole, Returned> = [Extra<R, Returned>] extends [never]
  ? unknown
  : `role '${R["name"]}' does not produce '${Extra<R, Returned> & string}': leave it out, or add it to the role's 'produces'`;

/**
 * Makes a role's work of a function over typed values: the inputs arrive parsed by their contracts, and what it returns is formatted by them.
 * Returning anything but exactly the role's outputs does not compile.
 */
export function defineExecutor<R extends AnyRole, Returned extends OutputsOf<R> | Promise<OutputsOf<R>>>(
  role: R,
  work: ((inputs: InputsOf<R>, context: WorkContext) => Returned) & NothingElse<R, Returned>,
): StageWork {
  return {
    role,
    async perform(files, context) {
      // Files are read and written in the versions of the run; the function sees current values whatever they are.
      const used = roleAt(role, versionsOf(files));
      const inputs = readDocuments(used.consumes, filesOfSlots(used.consumes, files));
      if (!inputs.ok) return inputs;
      const outputs = await work(toInputs(used, inputs.value) as InputsOf<R>, context); // read by the role's own slots
      return { ok: true, value: formatOutputs(used, outputs) };
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

function formatOutputs(role: AnyRole, outputs: Readonly<Record<string, unknown>>): StageFile[] {
  return role.produces.flatMap((slot) => {
    const artifact = artifactOf(slot);
    const held = outputs[artifact.name];
    const values = Array.isArray(held) && artifact.many ? held : held === undefined ? [] : [held];
    return values.map((value, at) => ({ name: fileNameOf(artifact, at + 1), bytes: format(artifact, value) }));
  });
}

function format(artifact: AnyArtifact, value: unknown): Uint8Array {
  return Buffer.from(artifact.format(value as never), "utf8"); // the compiler has matched the value to the slot
}
