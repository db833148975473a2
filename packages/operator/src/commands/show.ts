import { conclusionOf } from "@tasuki/protocol";
import { Command } from "commander";
import { toRunDetail } from "../render/run-detail.ts";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, resolveRun, runArgument, toExamples } from "../cli/options.ts";

export function showCommand(cli: Cli): Command {
  return new Command("show")
    .description("one run: what is proven of each stage, what is awaited and from whom, what blocks it")
    .argument("<run>", runArgument)
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["show last", "the newest run"]]))
    .action(async (given: string, options: DataOption & JsonOption) => {
      const client = cli.client(options);
      const status = await client.run(await resolveRun(client, given));
      if (options.json) return cli.json({ status });
      const next = (...words: readonly string[]): string => cli.next(options, ...words);
      for (const line of toRunDetail(status, { now: cli.clock.now(), style: cli.style, next })) cli.out(line);
      const conclusion = conclusionOf(status);
      // The command that clears a block is said with it.
      if (conclusion === "needs-human") return;
      cli.say("");
      cli.say(cli.messageStyle.dim(`Next: ${next(conclusion === undefined ? "watch" : "artifacts", status.id)}`));
    });
}
