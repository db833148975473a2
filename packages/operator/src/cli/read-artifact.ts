import { type ArtifactText, type RunStatus, TasukiError } from "@tasuki/protocol";
import type { OperatorClient } from "../api/operator-client.ts";
import type { Cli } from "./cli.ts";

/** An artifact of a run, as main holds it: the newest output of that name, else the last file of that name. Rejects with `not_found`. */
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

/** The outputs of the stages, as main holds them. */
export function outputsOf(status: RunStatus) {
  return status.stages.flatMap(({ stage, outputs }) => outputs.map((output) => ({ ...output, stage })));
}

/** The name of the file that the run was for: the first output of the last stage. */
export function finalName(status: RunStatus): string | undefined {
  return status.stages.at(-1)?.outputs[0]?.name;
}

/** Prints an artifact to stdout. */
export async function printArtifact(
  cli: Cli,
  client: OperatorClient,
  { status, name }: { status: RunStatus; name: string },
): Promise<void> {
  cli.document((await readArtifact(client, status, name)).text);
}
