import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";

interface PauseOptions extends DecisionOptions {
  readonly reason?: string;
}

export function pauseCommand(cli: Cli): Command {
  return new Command("pause")
    .description("have nothing more of a run begin; what has begun ends its attempt, and its result is kept")
    .argument("<run>", runArgument)
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([['pause last --reason "the brief is being looked at"', "the newest run"]]))
    .action((given: string, options: PauseOptions) =>
      decide(cli, {
        given,
        options,
        about: (run) => ({ is: "pause", run, reason: options.reason }),
        said: ({ id }) => `Run ${id} is paused.`,
        next: ["Have it go on", "resume"],
      }),
    );
}
