import { Command, InvalidArgumentError } from "commander";
import { toRunList } from "../render/run-list.ts";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, resolveRun, runArgument, toExamples } from "../cli/options.ts";

interface ListOptions extends DataOption, JsonOption {
  readonly open?: true;
  readonly limit: number;
  readonly after?: string;
}

export function lsCommand(cli: Cli): Command {
  return new Command("ls")
    .description("runs, newest first")
    .option("--open", "only those that have not ended")
    .option("--limit <count>", "how many at most", toLimit, 20)
    .option("--after <run>", `the page after a run: ${runArgument}`)
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["ls --open", "what is going on"],
        ["ls --after 7f3a", "the runs before that one"],
      ]),
    )
    .action(async (options: ListOptions) => {
      const { open, limit, json, after: given } = options;
      const client = cli.client(options);
      const after = given && (await resolveRun(client, given));
      const runs = await client.runs({ limit, ...(open && { open }), ...(after && { after }) });
      if (json) return cli.json({ runs });
      if (runs.length === 0)
        return cli.say(
          after
            ? `There is no older ${open ? "open " : ""}run than ${after}.`
            : `There is no ${open ? "open " : ""}run. Start one: ${cli.next(options, "run", '"What is …?"', "FILES")}`,
        );
      for (const line of toRunList(runs, { now: cli.clock.now(), width: cli.stdout.columns ?? 120, style: cli.style })) cli.out(line);
      cli.say("");
      cli.say(cli.messageStyle.dim(`Next: ${cli.next(options, "show", runs[0]?.id ?? "last")}`));
      const last = runs.length === limit ? runs.at(-1) : undefined;
      if (last)
        cli.say(
          cli.messageStyle.dim(`More: ${cli.next(options, "ls", ...(open ? ["--open"] : []), "--limit", `${limit}`, "--after", last.id)}`),
        );
    });
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new InvalidArgumentError("A number from 1 to 1000.");
  return limit;
}
