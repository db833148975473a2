import { Command } from "commander";
import { toNodeList } from "../../render/node-list.ts";
import type { Cli } from "../cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../options.ts";

export function nodesCommand(cli: Cli): Command {
  return new Command("nodes")
    .description("the other nodes, as main sees them")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["nodes", "who is connected, and what does the work there"]]))
    .action(async (options: DataOption & JsonOption) => {
      const nodes = await cli.client(options).nodes();
      if (options.json) return cli.json({ nodes });
      for (const line of toNodeList(nodes, { now: cli.clock.now(), style: cli.style })) cli.out(line);
      const gone = nodes.filter(({ reachable }) => !reachable);
      for (const { role, url } of gone) cli.say(cli.messageStyle.warn(`main has no connection to ${role} at ${url}: is it running there?`));
    });
}
