import {
  type AnyArtifact,
  type Judge,
  parseContractRef,
  type Pipeline,
  roleOf,
  type TaskPayload,
  TasukiError,
  nextInRoute,
  type Unmet,
  withoutMark,
} from "@tasuki/protocol";
import { nodesOfRole, type Roster, sourceContract } from "@tasuki/bus";
import type { Store } from "@tasuki/store";

type Blobs = Pick<Store["blobs"], "read">;

/** Checks the run.json of a `work` task: its run is the task's, and this node can reach the next role in its route. Rejects with `contract_violation`, `unknown_role`. */
export async function checkRoute(
  payload: TaskPayload,
  { node, blobs, pipeline, roster, judge }: { node: string; blobs: Blobs; pipeline: Pipeline; roster: Roster; judge: Judge },
): Promise<void> {
  const held = payload.attachments.find(({ contract }) => parseContractRef(contract).name === "run");
  if (held === undefined) return;
  const run = await judge.plan({ ...held, by: payload.from, read: () => blobs.read(held.sha256) });
  if (run.run !== payload.run)
    throw new TasukiError("contract_violation", `run.json is of run ${run.run}, the task of ${payload.run}.`, {
      unmet: [{ file: held.name, path: "run", expected: payload.run, got: run.run, fix: "attach the run.json of this run" }],
    });
  const next = nextInRoute(run, payload.stage);
  if (next === undefined) return;
  const placed = payload.nodes?.[next];
  const isThere = placed === undefined ? nodesOfRole(roster, next).length > 0 : nodesOfRole(roster, next).includes(placed);
  if ((next === "main" || roleOf(pipeline, next) !== undefined) && isThere) return;
  const where = placed === undefined || placed === next ? `'${next}'` : `'${next}' on node '${placed}'`;
  throw new TasukiError(
    "unknown_role",
    `After '${payload.stage}' comes ${where}, which is not in the roster of ${node}: add it to the config.jsonc there, and start ${node} again.`,
  );
}

/** Checks that the pipeline has the profile of a `run` task. Throws `malformed_message`, which names those that it has. */
export function checkProfile({ profile }: Pick<TaskPayload, "profile">, { profiles }: Pick<Pipeline, "profiles">): void {
  if (profile === undefined || Object.hasOwn(profiles, profile)) return;
  const known = Object.keys(profiles).join(", ");
  throw new TasukiError("malformed_message", `This relay has no profile '${profile}'; it has: ${known}.`, {
    unmet: [{ file: "task", path: "profile", expected: `one of: ${known}`, got: profile, fix: "name one of them, or leave 'profile' out" }],
  });
}

/**
 * Checks the names of the sources of a `run` task: the text of each is named by what stands before the dot, so that two of them may not share it.
 * Throws `contract_violation`.
 */
export function checkSources({ attachments }: TaskPayload): void {
  const sources = attachments.filter(({ contract }) => parseContractRef(contract).name === sourceContract.name);
  const first = new Map<string, string>();
  const unmet: Unmet[] = [];
  for (const { name } of sources) {
    const id = name.split(".", 1)[0] ?? name;
    const other = first.get(id);
    if (other === undefined) first.set(id, name);
    else
      unmet.push({
        file: name,
        path: "name",
        expected: "a number that no other source has: S1, S2, …",
        got: `${id}, as ${other} has`,
        fix: `name it S${freeNumber(sources)}${name.slice(id.length)}`,
      });
  }
  if (unmet.length === 0) return;
  throw new TasukiError("contract_violation", `Sources are told apart by their numbers; ${unmet[0]?.file} has ${unmet[0]?.got}.`, {
    unmet,
  });
}

function freeNumber(sources: readonly { readonly name: string }[]): number {
  return Math.max(0, ...sources.map(({ name }) => Number(/^S(\d+)\./.exec(name)?.[1] ?? 0))) + 1;
}

/** Checks the brief of a `run` task, inline or attached, and resolves with its text. The attachments are here. Rejects with `contract_violation`. */
export async function checkBrief(
  { brief, attachments, from }: TaskPayload,
  { blobs, pipeline, judge }: { blobs: Blobs; pipeline: Pipeline; judge: Judge },
): Promise<string> {
  const artifact = pipeline.intake.brief;
  const attached = attachments.find(({ contract }) => parseContractRef(contract).name === artifact.name);
  if ((brief === undefined) === (attached === undefined)) throw neitherOrBoth(artifact, brief !== undefined);
  if (attached !== undefined) return withoutMark((await blobs.read(attached.sha256)).toString("utf8"));
  const text = withoutMark(brief ?? "");
  const bytes = Buffer.from(text);
  const unmet = await judge.judge({ artifact, name: artifact.file, size: bytes.length, by: from, read: async () => bytes });
  if (unmet.length > 0) throw new TasukiError("contract_violation", "The brief breaks its contract.", { unmet });
  return text;
}

function neitherOrBoth({ file }: AnyArtifact, both: boolean): TasukiError {
  const got = both ? "both" : "neither";
  return new TasukiError("contract_violation", `A run has one brief: inline, or attached as ${file}; this one has ${got}.`, {
    unmet: [
      {
        file,
        path: "brief",
        expected: `'brief' in the task, or ${file} attached`,
        got,
        fix: both ? "leave one of them out" : "add one of them",
      },
    ],
  });
}
