import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";

interface ResumeOptions extends DecisionOptions {
  readonly reason?: string;
}

export function resumeCommand(cli: Cli): Command {
  return new Command("resume")
    .description("have a paused run go on from where it is")
    .argument("<run>", runArgument)
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["resume last", "the newest run"]]))
    .action((given: string, options: ResumeOptions) =>
      decide(cli, {
        given,
        options,
        about: (run) => ({ is: "resume", run, reason: options.reason }),
        said: ({ id, epoch }) => `Run ${id} goes on at epoch ${epoch}.`,
        next: ["Follow it", "watch"],
      }),
    );
}
