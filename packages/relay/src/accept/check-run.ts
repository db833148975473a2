import {
  type AnyArtifact,
  artifactNamed,
  parseContractRef,
  parseRunFile,
  type Pipeline,
  roleOf,
  type TaskPayload,
  TasukiError,
} from "@tasuki/contracts";
import type { Run } from "@tasuki/contracts/artifacts/run";
import type { Store } from "@tasuki/store";

type Blobs = Pick<Store["blobs"], "read">;

/** run.json of a `work` task: it is of this run, and the role after this stage is one that this node can reach. Rejects with `contract_violation`, `unknown_role`. */
export async function checkRoute(
  payload: TaskPayload,
  deps: { blobs: Blobs; pipeline: Pipeline; isInRoster: (role: string) => boolean },
): Promise<void> {
  const held = payload.attachments.find(({ contract }) => parseContractRef(contract).name === "run");
  if (held === undefined) return;
  const run = parseRunFile((await deps.blobs.read(held.sha256)).toString("utf8"));
  if (run.run !== payload.run)
    throw new TasukiError("contract_violation", `run.json is of run ${run.run}, the task of ${payload.run}.`, {
      unmet: [{ file: held.name, path: "run", expected: payload.run, got: run.run, fix: "attach the run.json of this run" }],
    });
  const next = nextInRoute(run, payload.stage);
  if (next !== undefined && ((next !== "main" && roleOf(deps.pipeline, next) === undefined) || !deps.isInRoster(next)))
    throw new TasukiError(
      "unknown_role",
      `After '${payload.stage}' comes '${next}', which is not in the roster of this node: add it to config.jsonc.`,
    );
}

/** The role that a stage's result goes to; undefined where the stage is not in the route (the last hop, to main). */
export function nextInRoute({ route }: Pick<Run, "route">, stage: string): string | undefined {
  const at = route.findIndex(({ role }) => role === stage);
  return at < 0 ? undefined : (route[at + 1]?.role ?? "main");
}

/** The brief of a `run` task, inline or attached, once the attachments are known to be here. Rejects with `contract_violation`. */
export async function readBrief(
  { brief, attachments }: TaskPayload,
  { blobs, pipeline }: { blobs: Blobs; pipeline: Pipeline },
): Promise<string> {
  const artifact = artifactNamed(pipeline, "brief");
  const attached = attachments.find(({ contract }) => parseContractRef(contract).name === "brief");
  if (artifact === undefined || (brief === undefined) === (attached === undefined)) throw neitherOrBoth(artifact, brief !== undefined);
  if (attached !== undefined) return (await blobs.read(attached.sha256)).toString("utf8");
  const text = brief ?? "";
  const parsed = artifact.parse(text);
  if (!parsed.ok) throw new TasukiError("contract_violation", "The brief breaks its contract.", { unmet: parsed.unmet });
  return text;
}

function neitherOrBoth(artifact: AnyArtifact | undefined, both: boolean): TasukiError {
  const file = artifact?.file ?? "brief.md";
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
