import {
  type AnyArtifact,
  type AnyRole,
  artifactOf,
  fileNameOf,
  isOptional,
  type Parsed,
  type StageFile,
  type Unmet,
} from "@tasuki/protocol";

/**
 * Files of a work's outputs, under the names of their contracts. The compiler has matched the outputs to the role already, where it was
 * asked: a value that came through `any` is reported here, by its name, and not as a crash of the code that writes it.
 */
export function readOutputs(role: AnyRole, outputs: unknown): Parsed<readonly StageFile[]> {
  const values = new Map(typeof outputs === "object" && outputs !== null ? Object.entries(outputs) : []);
  const files: StageFile[] = [];
  const unmet: Unmet[] = [];
  for (const slot of role.produces) {
    const artifact = artifactOf(slot);
    const held = values.get(artifact.name);
    values.delete(artifact.name);
    if (held === undefined && (artifact.many || isOptional(slot))) continue;
    if (held === undefined || Array.isArray(held) !== artifact.many) unmet.push(missing(artifact, held));
    else
      for (const [at, value] of (artifact.many ? held : [held]).entries()) {
        const name = fileNameOf(artifact, at + 1);
        const bytes = format(artifact, value);
        if (typeof bytes === "string") unmet.push({ ...missing(artifact, value), file: name, got: bytes });
        else files.push({ name, bytes });
      }
  }
  for (const name of values.keys())
    unmet.push({
      file: name,
      expected: `nothing but ${role.produces.map((slot) => `'${artifactOf(slot).name}'`).join(", ")} in what the work returns`,
      got: `'${name}'`,
      fix: "leave it out, or add it to the role's 'produces'",
    });
  return unmet.length > 0 ? { ok: false, unmet } : { ok: true, value: files };
}

function missing(artifact: AnyArtifact, held: unknown): Unmet {
  const [values, got] = artifact.many ? ["a list of values", "one value"] : ["one value", "a list"];
  return {
    file: artifact.file,
    expected: `${values} of '${artifact.name}' in what the work returns`,
    got: held === undefined ? "nothing" : got,
    fix: `return { ${JSON.stringify(artifact.name)}: … }, as the schema of '${artifact.name}' has it`,
  };
}

/** Bytes of a value; a phrase where it is no value of the artifact. */
function format(artifact: AnyArtifact, value: unknown): Uint8Array | string {
  try {
    return Buffer.from(artifact.write(value as never), "utf8"); // matched to the slot by its name; the text that `write` makes of it is judged next
  } catch (error) {
    return `a value that can't be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}
