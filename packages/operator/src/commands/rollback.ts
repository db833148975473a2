import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";

interface RollbackOptions extends DecisionOptions {
  readonly to: string;
  readonly reason?: string;
}

export function rollbackCommand(cli: Cli): Command {
  return new Command("rollback")
    .description("take a run back to before a stage, and pause it there; what that stage and later ones have made counts for nothing")
    .argument("<run>", runArgument)
    .requiredOption("--to <stage>", "the stage that is done again, with all later ones, once the run is resumed")
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["rollback last --to STAGE --dry-run", "what would be lost, and what is kept"],
        ["rollback last --to STAGE", "then 'resume', or 'retry' with --note or --on"],
      ]),
    )
    .action((given: string, options: RollbackOptions) =>
      decide(cli, {
        given,
        options,
        about: (run) => ({ is: "rollback", run, to: options.to, reason: options.reason }),
        said: ({ id }) => `Run ${id} is back before ${options.to}, and paused.`,
        next: ["Have it go on", "resume"],
      }),
    );
}
