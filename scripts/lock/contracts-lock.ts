import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnyArtifact, type JsonSchema, parseContractRef, refOf, sha256Of, toJsonSchema } from "@tasuki/protocol";
import { everyArtifact } from "@tasuki/contracts/testing";
import { z } from "zod";

const folder = join(import.meta.dirname, "../../packages/contracts");
const path = join(folder, "contracts.lock.json");
const schemas = join(folder, "fixtures/schemas");
const goldens = join(folder, "fixtures/artifacts");

/** Released contracts, by `name@version`: the digest of the schema, and of each golden file, which stand for the format. */
const Lock = z.record(z.string(), z.object({ schema: z.string(), golden: z.record(z.string(), z.string()) }));
export type Lock = z.infer<typeof Lock>;

/** One version of a contract as the code has it now. */
export interface Contract {
  readonly artifact: AnyArtifact;
  readonly schema: JsonSchema;
  /** Golden files by name. */
  readonly golden: ReadonlyMap<string, string>;
}

export async function readLock(): Promise<Lock> {
  return Lock.parse(JSON.parse(await readFile(path, "utf8")));
}

/** The schema of a released version, as it was then. */
export async function readReleasedSchema(ref: string): Promise<JsonSchema> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(join(schemas, fileOf(ref)), "utf8")));
}

/** Every version of every contract that the code reads, by `name@version`. */
export async function readContracts(): Promise<ReadonlyMap<string, Contract>> {
  const files = (await readdir(goldens)).sort();
  const versions = (await everyArtifact()).flatMap((artifact) => artifact.versions);
  const contracts = versions.map(async (artifact): Promise<[string, Contract]> => {
    const own = files.filter((file) => file.startsWith(`${artifact.name}.${artifact.version}.`));
    const golden = await Promise.all(own.map(async (file) => [file, await readFile(join(goldens, file), "utf8")] as const));
    return [refOf(artifact), { artifact, schema: toJsonSchema(artifact), golden: new Map(golden) }];
  });
  return new Map((await Promise.all(contracts)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The digest of a schema, as the lock and `/health` have it. */
export function digestOf(schema: JsonSchema): string {
  return sha256Of(JSON.stringify(schema));
}

/** Writes the lock, whole, and the schemas that it stands for. */
export async function writeLock(contracts: ReadonlyMap<string, Contract>): Promise<void> {
  const lock: Lock = {};
  for (const [ref, { schema, golden }] of contracts) {
    lock[ref] = { schema: digestOf(schema), golden: Object.fromEntries([...golden].map(([file, text]) => [file, sha256Of(text)])) };
    await writeFile(join(schemas, fileOf(ref)), `${JSON.stringify(schema, null, 2)}\n`);
  }
  for (const file of await readdir(schemas)) if (![...contracts.keys()].some((ref) => fileOf(ref) === file)) await rm(join(schemas, file));
  await writeFile(path, `${JSON.stringify(lock, null, 2)}\n`);
}

/** Takes every version of these artifacts out of the lock; resolves with those that were in it. */
export async function dropContracts(names: readonly string[]): Promise<readonly string[]> {
  const lock = await readLock();
  const dropped = Object.keys(lock).filter((ref) => names.includes(parseContractRef(ref).name));
  if (dropped.length === 0) return [];
  for (const ref of dropped) await rm(join(schemas, fileOf(ref)), { force: true });
  const kept = Object.entries(lock).filter(([ref]) => !dropped.includes(ref));
  await writeFile(path, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
  return dropped;
}

function fileOf(ref: string): string {
  return `${ref.replace("@", ".")}.json`;
}
