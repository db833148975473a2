import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { TasukiError } from "@tasuki/contracts";
import { parsePolicy, People, type Policy, writePolicy } from "@tasuki/relay";
import { z } from "zod";
import { repository } from "../cli/repository.ts";

const folder = join(repository, "infra", "tailnet");
/** The files of this repository: the policy, the tests beside it, and who operates the relay. */
export const policyFiles = {
  policy: join(folder, "policy.hujson"),
  tests: join(folder, "policy.tests.json"),
  people: join(folder, "people.json"),
} as const;

/** Reads a file that somebody named. Rejects with `not_found`. */
export async function readNamed(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new TasukiError("not_found", `The file ${path} can't be read.`, { cause });
  });
}

/** Rejects with `malformed_message` that names the file. */
export async function readPolicy(path: string): Promise<Policy> {
  const text = await readNamed(path);
  try {
    return parsePolicy(text);
  } catch (cause) {
    throw new TasukiError("malformed_message", `${path}: ${cause instanceof Error ? cause.message : "it can't be read"}`, { cause });
  }
}

/** The policy that the pipeline of this program gives, for these people; those of `people.json` where nobody is named. */
export async function givenPolicy(ops: readonly string[] = []): Promise<string> {
  const people = People.safeParse(ops.length > 0 ? { ops } : JSON.parse(await readNamed(policyFiles.people)));
  if (people.success) return writePolicy({ pipeline: relay, people: people.data });
  throw new TasukiError("malformed_message", `Who operates the relay is told by e-mail addresses: ${z.prettifyError(people.error)}`);
}
