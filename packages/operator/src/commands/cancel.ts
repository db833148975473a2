import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";

interface CancelOptions extends DecisionOptions {
  readonly reason?: string;
}

export function cancelCommand(cli: Cli): Command {
  return new Command("cancel")
    .description("end a run; every node that took part is told, and drops its work")
    .argument("<run>", runArgument)
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([['cancel last --reason "the wrong files"', "the newest run"]]))
    .action((given: string, options: CancelOptions) =>
      decide(cli, {
        given,
        options,
        about: (run) => ({ is: "cancel", run, reason: options.reason }),
        said: ({ id }) => `Run ${id} is cancelled.`,
        next: ["What was done until then", "show"],
      }),
    );
}
