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
  const names = await namesOf(client, status);
  const more = names.length - mostNames;
  const some = `${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  throw new TasukiError("not_found", `main holds no ${name} of run ${status.id}${names.length === 0 ? "" : `. It has: ${some}`}.`);
}

const mostNames = 20;

/** Names of the files of a run that main holds, those of its stages first. */
async function namesOf(client: OperatorClient, status: RunStatus): Promise<readonly string[]> {
  const names = new Set(outputsOf(status).map(({ name }) => name));
  for (let after: string | undefined; ;) {
    const page = await client.bus.status({ run: status.id, include: "artifacts", ...(after !== undefined && { after }) });
    for (const { name } of page.artifacts ?? []) names.add(name);
    if (page.next === undefined) return [...names];
    after = page.next;
  }
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
