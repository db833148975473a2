import { Command } from "commander";
import { toLine } from "../render/plain-text.ts";
import { toClosing } from "../render/run-detail.ts";
import { noteOf } from "../render/run-progress.ts";
import type { Cli } from "../cli/cli.ts";
import {
  type DataOption,
  dataOption,
  type JsonOption,
  jsonOption,
  resolveRun,
  runArgument,
  textOption,
  toExamples,
} from "../cli/options.ts";

interface NudgeOptions extends DataOption, JsonOption {
  readonly stage?: string;
  readonly reason?: string;
}

export function nudgeCommand(cli: Cli): Command {
  return new Command("nudge")
    .description("ask whoever holds a run to look again now: what waits to be sent is sent; says where each of them stands")
    .argument("<run>", runArgument)
    .option("--stage <stage>", "the stage that is waited for (default: all that are)")
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["nudge last", "where does it stand, and what does it wait for"]]))
    .action(async (given: string, options: NudgeOptions) => {
      const { stage, reason, json } = options;
      const client = cli.client(options);
      const run = await resolveRun(client, given);
      const answers = await client.nudge({ run, ...(stage !== undefined && { stage }), ...(reason !== undefined && { reason }) });
      const status = await client.run(run);
      if (json) return cli.json({ answers, status });
      for (const { node, says, problem } of answers)
        cli.out(says === undefined ? cli.style.warn(`${node} has not answered: ${toLine(problem ?? "")}`) : `${node}: ${toLine(says)}`);
      const now = cli.clock.now();
      for (const stage of status.stages) {
        const note = noteOf(status, stage, now);
        if (stage.awaits !== undefined && note !== "") cli.say(cli.messageStyle.dim(`${stage.stage} is '${stage.rung}': ${note}`));
      }
      for (const words of toClosing(status, (...words) => cli.next(options, ...words))) cli.say(cli.messageStyle.dim(words));
      if (answers.some(({ says }) => says === undefined)) cli.say(cli.messageStyle.dim("What was not answered is sent again until it is."));
    });
}
