import { join } from "node:path";
import { mainPort } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { Command } from "commander";
import { toLocalNodes } from "../../local/local-nodes.ts";
import type { LocalNode } from "../../local/local-relay.ts";
import { prepareLocalRelay } from "../../local/prepare-local-relay.ts";
import { startLocalRelay } from "../../local/start-local-relay.ts";
import { toNodeLine } from "../../render/node-line.ts";
import { checkPorts } from "../check-ports.ts";
import type { Cli } from "../cli.ts";
import { type DataOption, dataOption, portBaseOption, toExamples } from "../options.ts";
import { untilAborted } from "../until-aborted.ts";
import { untilConnected } from "../until-connected.ts";

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
        ["dev", `${relay.roles.length + 1} nodes on ports from ${mainPort}, data in .tasuki`],
        ["dev --data /tmp/other --port-base 28100", "another relay beside it"],
      ]),
    )
    .action(async (options: DevOptions) => {
      const { portBase, prepare } = options;
      const data = cli.dataFolder(options);
      await prepareLocalRelay({ data, portBase });
      const nodes = toLocalNodes({ data, portBase });
      if (prepare)
        return cli.say(`Prepared ${nodes.map(({ role }) => role).join(", ")} in ${data}. Start them: ${cli.next(options, "dev")}`);
      await checkPorts(nodes);
      const style = cli.messageStyle;
      cli.say(`Starting ${nodes.map(({ role }) => role).join(", ")}; data in ${data}`);
      await using running = await startLocalRelay({
        data,
        portBase,
        signal: cli.signal,
        onLine: (line) => {
          const shown = toNodeLine(line, style);
          if (shown !== undefined) cli.say(shown);
        },
      });
      await untilConnected(cli.client(options), cli.signal);
      for (const line of toReady(cli, { nodes: running.nodes, data, options })) cli.say(line);
      await untilAborted(cli.signal);
      cli.say("Ending the nodes …");
    });
}

function toReady(cli: Cli, { nodes, data, options }: { nodes: readonly LocalNode[]; data: string; options: DevOptions }): string[] {
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
    `  curl --unix-socket ${join(data, "main", "bus.sock")} http://localhost/status`,
    "",
    style.dim(
      `Logs: ${join(data, "ROLE", "logs", "node.jsonl")}. Loopback identity: for development on this machine only. Ctrl-C ends all nodes.`,
    ),
    "",
  ];
}
