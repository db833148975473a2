import { TasukiError } from "@tasuki/protocol";
import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, resolveRun, runArgument, toExamples } from "../cli/options.ts";

interface AnswerOptions extends DataOption, JsonOption {}

export function answerCommand(cli: Cli): Command {
  return new Command("answer")
    .description("answer the question that a stage asks; its author is called again, with the answer in notes.md")
    .argument("<run>", runArgument)
    .argument("<text...>", "the answer")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([['answer last "the second edition counts"', "the newest run"]]))
    .action(async (given: string, words: string[], options: AnswerOptions) => {
      const text = words.join(" ");
      if (text.trim() === "") throw new TasukiError("malformed_request", "The answer is empty: say what its author is to be told.");
      const client = cli.client(options);
      const run = await resolveRun(client, given);
      const status = await client.answer({ run, text });
      if (options.json) return cli.json({ status });
      cli.out(`Run ${run} goes on at epoch ${status.epoch}.`);
      cli.say(cli.messageStyle.dim(`Follow it: ${cli.next(options, "watch", run)}`));
    });
}
