import { type AnyArtifact, type AnyRole, artifactOf, isOptional, mainPort, notes, type Pipeline } from "@tasuki/protocol";
import { appFiles, type Neighbour } from "./app-files.ts";
import type { Files } from "./artifact-files.ts";
import { parseName, toCamel } from "./names.ts";
import { planArtifact } from "./plan-artifact.ts";
import { type NewOutput, type NewSlot, roleFiles } from "./role-files.ts";
import { writeRelay } from "./write-relay.ts";

export interface RoleRequest {
  readonly name: string;
  /** The role after which it comes; `main` for the first. */
  readonly after: string;
  /** Artifacts given or produced before it. `run` and `brief` are always consumed. */
  readonly consumes: readonly string[];
  /** Artifacts of later roles that may come back to it with its work. */
  readonly feedback: readonly string[];
  /** Artifacts that nobody else produces; those that are not there are made. */
  readonly produces: readonly string[];
}

export interface Surroundings {
  readonly pipeline: Pipeline;
  /** Every artifact that is there, in a pipeline or not. */
  readonly artifacts: readonly AnyArtifact[];
  readonly neighbour: Neighbour;
}

export interface Plan {
  /** Files that are not there yet. */
  readonly created: Files;
  /** The pipeline's file, whole. */
  readonly relay: string;
  readonly port: number;
}

const exampleId = "01933a52-7c00-7000-8000-000000000001";
const relayPath = "packages/contracts/src/relay.ts";

/** Everything that a new role needs. Throws a sentence where it would not fit into the pipeline; nothing is written here. */
export function planRole(request: RoleRequest, { pipeline, artifacts, neighbour }: Surroundings): Plan {
  const { roles, given } = pipeline;
  const name = parseName(request.name, "a role");
  if (roles.some((role) => toCamel(role.name) === toCamel(name))) throw new Error(`there is a role '${name}' already: ${relayPath}.`);
  refuseSameName(name, artifacts);
  const at = positionAfter(request.after, roles);
  const consumes = slotsBefore(["run", "brief", ...request.consumes], { name, at, pipeline });
  if (request.produces.length === 0) throw new Error(`a role produces something: --produces ${name}-report.`);
  const produces = [...new Set(request.produces)].map((one) => toOutput(one, { role: name, pipeline, artifacts }));
  const port = freePort(roles);
  const feedback = [...new Set(request.feedback)].map((one) => producedAfter(one, { name, at, roles }));
  const role = { name, port, consumes, produces, feedback };
  const missing = produces.filter((one) => !artifacts.some((artifact) => artifact.name === one.name));
  const created = [
    ...missing.map((one) => planArtifact({ name: one.name, file: `${one.name}.txt` }, { pipeline, artifacts })),
    roleFiles(role),
    appFiles(role, neighbour),
  ];
  const order = roles.map((one) => one.name).toSpliced(at, 0, name);
  return {
    created: Object.assign({}, ...created) as Files,
    relay: writeRelay({ given: given.map((one) => one.name), roles: order }),
    port,
  };
}

function positionAfter(after: string, roles: readonly AnyRole[]): number {
  if (after === "main") return 0;
  const at = roles.findIndex((role) => role.name === after);
  if (at < 0) throw new Error(`--after ${after}: there is no such role; there are main, ${roles.map((role) => role.name).join(", ")}.`);
  return at + 1;
}

function slotsBefore(
  names: readonly string[],
  { name: role, at, pipeline }: { readonly name: string; readonly at: number; readonly pipeline: Pipeline },
): NewSlot[] {
  const { given, roles } = pipeline;
  const slots = [...given, ...roles.slice(0, at).flatMap((one) => one.produces)];
  return [...new Set(names)].map((name) => {
    const slot = slots.find((one) => artifactOf(one).name === name);
    if (slot !== undefined) return { name, isOptional: isOptional(slot), isMany: artifactOf(slot).many };
    const later = roles.slice(at).find((one) => producesOf(one).includes(name));
    throw new Error(
      later === undefined
        ? `role '${role}' can't consume '${name}', which nothing before it produces; there are: ${slots.map((one) => artifactOf(one).name).join(", ")}.`
        : `role '${role}' can't consume '${name}', which '${later.name}' produces only after it: --after ${later.name}.`,
    );
  });
}

function producedAfter(
  artifact: string,
  { name, at, roles }: { readonly name: string; readonly at: number; readonly roles: readonly AnyRole[] },
): string {
  const later = roles.slice(at).flatMap(producesOf);
  if (later.includes(artifact)) return artifact;
  const there = later.length === 0 ? "there is no later role" : `there are: ${later.join(", ")}`;
  throw new Error(`role '${name}' can't have '${artifact}' as feedback, which no later role produces; ${there}.`);
}

function producesOf(role: AnyRole): readonly string[] {
  return role.produces.map((slot) => artifactOf(slot).name);
}

function toOutput(
  given: string,
  { role, pipeline, artifacts }: { readonly role: string; readonly pipeline: Pipeline; readonly artifacts: readonly AnyArtifact[] },
): NewOutput {
  const name = parseName(given, "an artifact");
  if (toCamel(name) === toCamel(role)) throw new Error(`a role and an artifact can't both be called '${name}'.`);
  if ([...pipeline.given, notes].some((artifact) => artifact.name === name))
    throw new Error(`'${name}' is given by main: each artifact has one producer.`);
  const producer = pipeline.roles.find((one) => producesOf(one).includes(name));
  if (producer !== undefined) throw new Error(`'${name}' is produced by '${producer.name}': each artifact has one producer.`);
  const known = artifacts.find((artifact) => artifact.name === name);
  return { name, isText: known === undefined || (!known.many && known.schema.safeParse({ run: exampleId, text: "A text." }).success) };
}

function refuseSameName(name: string, artifacts: readonly AnyArtifact[]): void {
  if (artifacts.some((artifact) => toCamel(artifact.name) === toCamel(name)))
    throw new Error(`a role and an artifact can't both be called '${name}'.`);
}

/** The lowest port after main's that no role has. */
function freePort(roles: readonly AnyRole[]): number {
  const taken = new Set(roles.map((role) => role.port));
  let port = mainPort + 1;
  while (taken.has(port)) port += 1;
  return port;
}
