import { Command } from "commander";
import { toNodeList } from "../../render/node-list.ts";
import { toPolicyLines } from "../../render/policy-lines.ts";
import type { Cli } from "../cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../options.ts";

export function nodesCommand(cli: Cli): Command {
  return new Command("nodes")
    .description("the other nodes, as main sees them")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["nodes", "who is connected, and what does the work there"]]))
    .action(async (options: DataOption & JsonOption) => {
      const client = cli.client(options);
      const [nodes, { role, policy }] = await Promise.all([client.nodes(), client.bus.health()]);
      if (options.json) return cli.json({ nodes, policy });
      for (const line of toNodeList(nodes, { now: cli.clock.now(), style: cli.style })) cli.out(line);
      const gone = nodes.filter(({ reachable }) => !reachable);
      for (const { role, url, problem = `main has no connection to ${role} at ${url}: is it running there?` } of gone)
        cli.say(cli.messageStyle.warn(problem));
      const policies = [{ role, policy }, ...nodes.map((node) => ({ role: node.role, policy: node.health?.policy }))];
      const known = policies.flatMap(({ role, policy }) => (policy === undefined ? [] : [{ role, policy }]));
      for (const line of toPolicyLines(known)) cli.say(cli.messageStyle.warn(line));
    });
}
