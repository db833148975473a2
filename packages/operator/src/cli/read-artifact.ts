import { type ArtifactText, type RunStatus, TasukiError } from "@tasuki/contracts";
import type { OperatorClient } from "../api/operator-client.ts";

/** A file of a run, as main holds it: of a stage's outputs the newest; else the last of that name. Rejects with `not_found`. */
export async function readArtifact(client: OperatorClient, status: RunStatus, name: string): Promise<ArtifactText> {
  const wanted = outputsOf(status).find((output) => output.name === name)?.sha256;
  let found: ArtifactText | undefined;
  for (let after: string | undefined; ;) {
    const page = await client.bus.status({ run: status.id, include: "artifacts", name, ...(after !== undefined && { after }) });
    for (const artifact of page.artifacts ?? []) {
      if (artifact.name !== name) continue;
      if (artifact.sha256 === wanted) return artifact;
      if (wanted === undefined) found = artifact;
    }
    if (page.next === undefined) break;
    after = page.next;
  }
  if (found !== undefined) return found;
  const names = outputsOf(status).map((output) => output.name);
  throw new TasukiError(
    "not_found",
    `main holds no ${name} of run ${status.id}${names.length === 0 ? "; no stage has produced anything yet" : `. It has: ${names.join(", ")}`}.`,
  );
}

/** What the stages produced, as main holds it. */
export function outputsOf(status: RunStatus) {
  return status.stages.flatMap(({ stage, outputs }) => outputs.map((output) => ({ ...output, stage })));
}

/** The file that the run was for: what the last stage produced. */
export function finalName(status: RunStatus): string | undefined {
  return status.stages.at(-1)?.outputs[0]?.name;
}
