import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { everyArtifact } from "@tasuki/contracts/testing";
import { z } from "zod";
import { dropContracts } from "../lock/contracts-lock.ts";
import type { Neighbour } from "./app-files.ts";
import { createFiles, followUp, readUnsaved, removeFiles, root, writeFiles } from "./apply.ts";
import { decisionFile } from "./decision-file.ts";
import { planArtifact } from "./plan-artifact.ts";
import { planArtifactRemoval, planRemoval, type Removal } from "./plan-removal.ts";
import { planRole, type RoleRequest } from "./plan-role.ts";
import { readImporters } from "./read-importers.ts";

const relayPath = "packages/contracts/src/relay.ts";

/** Each resolves with the lines to print: what is there now, and what comes next. They throw a sentence for what can't be. */
export async function newRole(request: RoleRequest): Promise<string[]> {
  const plan = planRole(request, { pipeline: relay, artifacts: await everyArtifact(), neighbour: await readNeighbour() });
  await createFiles(plan.created);
  await writeFiles({ [relayPath]: plan.relay });
  await followUp();
  return [
    ...Object.keys(plan.created).map((path) => `+ ${path}`),
    `* ${relayPath}, infra/tailnet/policy.hujson, infra/tailnet/policy.tests.json, pnpm-lock.yaml`,
    "",
    `The role '${request.name}' is in the relay, on port ${plan.port}. See it work: pnpm demo`,
    `Its work goes into apps/${request.name}/src/work.ts, its files' shape into packages/contracts/src/artifacts/,`,
    `what must fit together into packages/contracts/src/roles/${request.name}.ts. Then: pnpm check`,
  ];
}

export async function removeRole(name: string, { force }: { readonly force: boolean }): Promise<string[]> {
  const plan = planRemoval(name, { pipeline: relay, files: await readGoldens() });
  await refuseImported(name, plan.removed);
  if (!force) await refuseUnsaved(name, plan.removed);
  // The pipeline first: it must not import what is gone.
  await writeFiles({ [relayPath]: plan.relay });
  const lines = await remove(plan);
  await followUp();
  return [
    ...lines,
    `* ${relayPath}, infra/tailnet/policy.hujson, infra/tailnet/policy.tests.json, pnpm-lock.yaml`,
    "",
    `The role '${name}' is gone${plan.artifacts.length > 0 ? `, and with it ${plan.artifacts.join(", ")}` : ""}. Then: pnpm check`,
  ];
}

export async function removeArtifact(name: string, { force }: { readonly force: boolean }): Promise<string[]> {
  const removed = planArtifactRemoval(name, { pipeline: relay, artifacts: await everyArtifact(), files: await readGoldens() });
  await refuseImported(name, removed);
  if (!force) await refuseUnsaved(name, removed);
  return remove({ removed, artifacts: [name] });
}

async function remove({ removed, artifacts }: Pick<Removal, "removed" | "artifacts">): Promise<string[]> {
  const gone = await removeFiles(removed);
  const dropped = await dropContracts(artifacts);
  return [
    ...gone.map((path) => `- ${path}`),
    ...dropped.map((ref) => `- ${ref} in the lock: it was released, and files of it that somebody keeps are not read from now on`),
  ];
}

async function refuseImported(name: string, removed: readonly string[]): Promise<void> {
  const importers = (await readImporters(removed)).filter((path) => path !== relayPath);
  if (importers.length === 0) return;
  const list = importers.map((path) => `  ${path}`).join("\n");
  throw new Error(`'${name}' can't go: what goes with it is used by\n${list}\nTake it out of these first.`);
}

/** Refuses to remove what no commit has: nobody could bring it back. */
async function refuseUnsaved(name: string, removed: readonly string[]): Promise<void> {
  const unsaved = await readUnsaved(removed);
  if (unsaved.length === 0) return;
  const list = unsaved.map((path) => `  ${path}`).join("\n");
  throw new Error(`'${name}' can't go yet: no commit has these as they are, so they would be lost\n${list}\nCommit them, or say --force.`);
}

function readGoldens(): Promise<string[]> {
  return readdir(join(root, "packages/contracts/fixtures/artifacts"));
}

export async function newArtifact(name: string, file: string | undefined): Promise<string[]> {
  const files = planArtifact({ name, file: file ?? `${name}.txt` }, { pipeline: relay, artifacts: await everyArtifact() });
  await createFiles(files);
  return [
    ...Object.keys(files).map((path) => `+ ${path}`),
    "",
    `A role produces it: pnpm new role NAME --after ${relay.roles.at(-1)?.name ?? "main"} --produces ${name}`,
  ];
}

export async function newDecision(title: string, date: string): Promise<string[]> {
  const files = decisionFile(title, date);
  await createFiles(files);
  return Object.keys(files).map((path) => `+ ${path}`);
}

const Manifest = z.looseObject({ devDependencies: z.record(z.string(), z.string()).optional() });

/** The app of the first role: every app of a role is like it. */
async function readNeighbour(): Promise<Neighbour> {
  const folder = join(root, "apps", relay.roles[0].name);
  const read = (path: string): Promise<string> => readFile(join(folder, path), "utf8");
  const manifest = Manifest.parse(JSON.parse(await read("package.json")));
  return {
    manifest: { ...manifest, devDependencies: manifest.devDependencies ?? {} },
    tsconfig: await read("tsconfig.json"),
    env: await read("src/env.ts"),
  };
}
