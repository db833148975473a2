import { mainPort } from "@tasuki/contracts";
import { InvalidArgumentError, Option } from "commander";

export interface DataOption {
  readonly data?: string;
}

export interface JsonOption {
  readonly json?: true;
}

export const dataOption = (where = ".tasuki"): Option => new Option("--data <folder>", `the relay's data folder (default: ${where})`);
export const jsonOption = (): Option => new Option("--json", "one JSON object on stdout, for programs");
export const portBaseOption = (): Option =>
  new Option("--port-base <port>", "main's port; the other roles have the ones after it").default(mainPort).argParser(toPort);

function toPort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]+$/.test(text) || port < 1024 || port > 65_500) throw new InvalidArgumentError("A port from 1024 to 65500.");
  return port;
}

/** Examples first, in help. */
export function toExamples(examples: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  return `Examples:\n${examples.map(([command, what]) => `  pnpm tasuki ${command.padEnd(width)}   ${what}`).join("\n")}\n`;
}
