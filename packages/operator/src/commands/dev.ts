import { join } from "node:path";
import { mainPort } from "@tasuki/protocol";
import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, portBaseOption, toExamples } from "../cli/options.ts";
import { logsIn, startRelay } from "../cli/start-relay.ts";
import { checkPorts, type LocalNode, toLocalNodes } from "../local/local-nodes.ts";
import { prepareLocalRelay } from "../local/prepare-local-relay.ts";
import { toShellWord } from "../render/plain-text.ts";
import type { Words } from "../render/style.ts";

interface DevOptions extends DataOption {
  readonly portBase: number;
  readonly prepare?: true;
}

export function devCommand(cli: Cli): Command {
  return new Command("dev")
    .description("the whole relay on this machine, in the foreground; a node that dies is started again")
    .addOption(portBaseOption())
    .option("--prepare", "only make the data folders: configuration, keys, secrets")
    .addOption(dataOption())
    .addHelpText(
      "before",
      toExamples([
        ["dev", `every node, on ports from ${mainPort}, data in .tasuki`],
        ["dev --data /tmp/other --port-base 28100", "another relay beside it"],
      ]),
    )
    .action(async (options: DevOptions) => {
      const { portBase, prepare } = options;
      const data = cli.dataFolder(options);
      const place = { pipeline: await cli.relay(), data, portBase };
      await prepareLocalRelay(place);
      const nodes = toLocalNodes(place);
      const roles = nodes.map(({ role }) => role).join(", ");
      if (prepare)
        return cli.say(
          `Prepared ${roles} in ${data}. Start them: ${cli.next(options, "dev", ...(portBase === mainPort ? [] : ["--port-base", String(portBase)]))}`,
        );
      await checkPorts(nodes);
      cli.say(`Starting ${roles}; data in ${data}`);
      await using running = await startRelay(cli, place);
      for (const line of toReady(cli, { nodes: running.nodes, data, options })) cli.say(line);
      cli.sayPnpm();
      await cli.untilInterrupted();
      cli.say("Ending the nodes …");
    });
}

function toReady(cli: Cli, { nodes, data, options }: { nodes: readonly LocalNode[]; data: string; options: DevOptions }): Words[] {
  const style = cli.messageStyle;
  const width = Math.max(...nodes.map(({ role }) => role.length)) + 1;
  return [
    "",
    style.good("All nodes are ready:"),
    ...nodes.map(({ role, url }) => `  ${role.padEnd(width)} ${url}   socket ${join(data, role, "bus.sock")}`),
    "",
    "In another terminal:",
    `  ${cli.next(options, "run", '"What is a receipt?"', "docs/", "--wait")}`,
    `  ${cli.next(options, "nodes")}`,
    `  curl --unix-socket ${toShellWord(join(data, "main", "bus.sock"))} http://localhost/status`,
    "",
    style.dim(`Logs: ${logsIn(data)}. Loopback identity: for development on this machine only. Ctrl-C ends all nodes.`),
    "",
  ];
}
