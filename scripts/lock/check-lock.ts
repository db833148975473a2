import { type AnyArtifact, parseContractRef, sha256Of, type JsonSchema } from "@tasuki/protocol";
import { compareSchemas } from "./compare-schemas.ts";
import { type Contract, digestOf, type Lock } from "./contracts-lock.ts";

/** A released contract that is not as the lock has it. */
export interface Finding {
  readonly ref: string;
  /** `pnpm contracts:lock` takes it up; else it needs a new version. */
  readonly isCompatible: boolean;
  /** Changes, field by field. */
  readonly changes: readonly string[];
}

export interface Released {
  readonly lock: Lock;
  /** Schemas of the released versions, by `name@version`. */
  readonly schemas: ReadonlyMap<string, JsonSchema>;
}

/** Everything in which released contracts are not what they were. A version that is not in the lock is not released, and free to change. */
export function checkLock({ lock, schemas }: Released, contracts: ReadonlyMap<string, Contract>): readonly Finding[] {
  return Object.entries(lock).flatMap(([ref, entry]): readonly Finding[] => {
    const contract = contracts.get(ref);
    if (contract === undefined)
      return [{ ref, isCompatible: false, changes: ["nothing reads it any more: what was released is read for ever"] }];
    const released = schemas.get(ref);
    const differences =
      digestOf(contract.schema) === entry.schema || released === undefined ? [] : compareSchemas(released, contract.schema);
    const fields = differences.map(({ path, what, isCompatible }) => ({
      text: `${path === "" ? "the value" : path}: ${what}`,
      isCompatible,
    }));
    const all = [...fields, ...checkReleased(released, entry.schema), ...checkGolden(entry.golden, contract)];
    const broken = all.filter((one) => !one.isCompatible);
    const shown = broken.length > 0 ? broken : all;
    return shown.length === 0 ? [] : [{ ref, isCompatible: broken.length === 0, changes: shown.map(({ text }) => text) }];
  });
}

interface Change {
  readonly text: string;
  readonly isCompatible: boolean;
}

function checkReleased(released: JsonSchema | undefined, digest: string): readonly Change[] {
  if (released !== undefined && digestOf(released) === digest) return [];
  return [{ text: "its file in fixtures/schemas/ is not the one that was released: take it back from git", isCompatible: false }];
}

/** The golden files stand for the format: the same ones, read and written as ever. */
function checkGolden(locked: Readonly<Record<string, string>>, { artifact, golden }: Contract): readonly Change[] {
  const known = Object.entries(locked).flatMap(([file, digest]): readonly Change[] => {
    const text = golden.get(file);
    if (text === undefined) return [{ text: `the golden file ${file} is gone: put it back`, isCompatible: false }];
    if (sha256Of(text) !== digest)
      return [{ text: `the golden file ${file} was changed: put it back, and add another one`, isCompatible: false }];
    const problem = describeFormat(artifact, text);
    return problem === undefined ? [] : [{ text: `${file} ${problem}`, isCompatible: false }];
  });
  const added = [...golden.keys()]
    .filter((file) => !(file in locked))
    .map((file) => ({ text: `a golden file more: ${file}`, isCompatible: true }));
  return [...known, ...added];
}

function describeFormat(artifact: AnyArtifact, text: string): string | undefined {
  const parsed = artifact.read(text);
  if (!parsed.ok) {
    const [first] = parsed.unmet;
    const where = first?.line === undefined ? (first?.path ?? "") : `line ${first.line}`;
    return `is no longer read: ${where}: expected ${first?.expected}, got ${first?.got}`;
  }
  const written = artifact.write(parsed.value as never); // a value that this very artifact has read
  if (written === text) return undefined;
  const [was, is] = [text.split("\n"), written.split("\n")];
  const at = was.findIndex((line, index) => line !== is[index]);
  const line = at < 0 ? was.length : at;
  return `is written otherwise from line ${line + 1}: '${was[line] ?? ""}' became '${is[line] ?? ""}'`;
}

/** Text for a person: what changed, what that means, and what to run. */
export function explain({ ref, isCompatible, changes }: Finding): string {
  const { name, version } = parseContractRef(ref);
  const lines = changes.map((change) => `  ${change}`).join("\n");
  if (isCompatible)
    return `${ref} has changed since its release, and releases with and without the change read each other's files:\n${lines}\nTake it up: pnpm contracts:lock`;
  const next = version + 1;
  const artifacts = "packages/contracts/src/artifacts";
  return `${ref} has changed since its release, so that nodes of the two releases would refuse or misread each other's files:
${lines}
Put it back; or give it a version of its own, as docs/extending.md says under "Versions":
  1. the released definition stays, as ${artifacts}/${name}/${name}-${version}.ts (take it from git);
  2. ${artifacts}/${name}/${name}.ts gets version: ${next}, and earlier: [earlierVersion(…)] with what the old values are in the new shape, and back;
  3. a golden file: packages/contracts/fixtures/artifacts/${name}.${next}.…;
  4. pnpm contracts:lock
If you know that both mean the same (a library words its schemas otherwise): pnpm contracts:lock --accept ${ref}`;
}
