import type { RunStatus } from "@tasuki/contracts";
import type { OperatorClient } from "../api/operator-client.ts";
import { toText } from "../render/plain-text.ts";
import type { Cli } from "./cli.ts";
import { readArtifact } from "./read-artifact.ts";

/** Prints a file of a run to stdout: byte for byte for programs, on a terminal without what could steer it. */
export async function printArtifact(
  cli: Cli,
  client: OperatorClient,
  { status, name }: { status: RunStatus; name: string },
): Promise<void> {
  const { text } = await readArtifact(client, status, name);
  const shown = cli.stdout.isTTY === true ? toText(text) : text;
  cli.stdout.write(shown.endsWith("\n") || cli.stdout.isTTY !== true ? shown : `${shown}\n`);
}
