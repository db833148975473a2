import { Command, InvalidArgumentError } from "commander";
import { toRunList } from "../render/run-list.ts";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../cli/options.ts";

interface ListOptions extends DataOption, JsonOption {
  readonly open?: true;
  readonly limit: number;
}

export function lsCommand(cli: Cli): Command {
  return new Command("ls")
    .description("runs, newest first")
    .option("--open", "only those that have not ended")
    .option("--limit <count>", "how many at most", toLimit, 20)
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["ls --open", "what is going on"]]))
    .action(async (options: ListOptions) => {
      const { open, limit, json } = options;
      const runs = await cli.client(options).runs({ limit, ...(open && { open }) });
      if (json) return cli.json({ runs });
      if (runs.length === 0)
        return cli.say(`There is no ${open ? "open " : ""}run. Start one: ${cli.next(options, "run", '"What is …?"', "FILES")}`);
      for (const line of toRunList(runs, { now: cli.clock.now(), width: cli.stdout.columns ?? 120, style: cli.style })) cli.out(line);
      cli.say("");
      cli.say(cli.messageStyle.dim(`Next: ${cli.next(options, "show", runs[0]?.id ?? "last")}`));
    });
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new InvalidArgumentError("A number from 1 to 1000.");
  return limit;
}
