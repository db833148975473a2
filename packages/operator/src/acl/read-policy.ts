import { join } from "node:path";
import { parsePolicy, People, type Policy, writePolicy } from "@tasuki/bus";
import { type Pipeline, TasukiError } from "@tasuki/protocol";
import { z } from "zod";
import { readGivenText } from "../cli/read-given.ts";
import { repository } from "../local/repository.ts";

const folder = join(repository, "infra", "tailnet");
/** The files of this repository: the policy, the tests beside it, and who operates the relay. */
export const policyFiles = {
  policy: join(folder, "policy.hujson"),
  tests: join(folder, "policy.tests.json"),
  people: join(folder, "people.json"),
} as const;

/** Reads a policy file. Rejects with `not_found`, or `malformed_message` that names the file. */
export async function readPolicy(path: string): Promise<Policy> {
  const text = await readGivenText(path);
  try {
    return parsePolicy(text);
  } catch (cause) {
    throw new TasukiError("malformed_message", `${path}: ${cause instanceof Error ? cause.message : "it can't be read"}`, { cause });
  }
}

/** The policy that a pipeline gives, for the people in `ops`; for those of `people.json` where it is empty. Rejects with `malformed_message`. */
export async function givenPolicy(pipeline: Pipeline, ops: readonly string[] = []): Promise<string> {
  const people = People.safeParse(ops.length > 0 ? { ops } : JSON.parse(await readGivenText(policyFiles.people)));
  if (people.success) return writePolicy({ pipeline, people: people.data });
  throw new TasukiError("malformed_message", `Who operates the relay is told by e-mail addresses: ${z.prettifyError(people.error)}`);
}
