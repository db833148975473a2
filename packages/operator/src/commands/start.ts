import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { nodeFlags } from "@tasuki/node";
import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { childEnvironment } from "../cli/env.ts";
import { type DataOption, dataOption, toExamples } from "../cli/options.ts";
import { findApps, repository } from "../local/repository.ts";

const interruptedBy = { SIGINT: 130, SIGTERM: 143 };

export function startCommand(cli: Cli): Command {
  return new Command("start")
    .description("one node, in the foreground; its log goes to stdout and to its data folder")
    .argument("<role>", "main, or a role of the relay")
    .addOption(dataOption())
    .addHelpText("before", toExamples([["start main --data /var/lib/tasuki", "the node whose data folder is /var/lib/tasuki/main"]]))
    .action(async (role: string, options: DataOption) => {
      const apps = await findApps(repository);
      const program = apps.get(role);
      if (program === undefined)
        throw new TasukiError("unknown_role", `There is no role '${role}'; there are: ${[...apps.keys()].join(", ")}.`);
      const folder = join(cli.dataFolder(options), role);
      await access(join(folder, "config.jsonc")).catch((cause: unknown) => {
        throw new TasukiError(
          "not_found",
          `${folder} has no config.jsonc. For a relay on this machine, '${cli.next(options, "dev", "--prepare")}' makes folders, keys and configuration.`,
          { cause },
        );
      });
      const child = spawn(process.execPath, [...nodeFlags, program], { stdio: "inherit", env: childEnvironment({ TASUKI_DATA: folder }) });
      const stop = (): void => void child.kill("SIGTERM");
      cli.signal.addEventListener("abort", stop, { once: true });
      const [code, signal] = (await once(child, "exit")) as [number | null, keyof typeof interruptedBy | null]; // node:child_process, 'exit'
      cli.signal.removeEventListener("abort", stop);
      cli.endWith(code ?? (signal === null ? 1 : (interruptedBy[signal] ?? 1)));
      if (code !== 0) cli.say(`${role} in ${folder} has ended with ${code === null ? String(signal) : `code ${code}`}.`);
    });
}
