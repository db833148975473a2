import type { NodeView } from "@tasuki/node";
import type { Health } from "@tasuki/protocol";
import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../cli/options.ts";
import { toAge, toDuration } from "../render/quantity.ts";
import type { Line, Style } from "../render/style.ts";
import { toTable } from "../render/table.ts";

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
      for (const { node, url, problem = `${node} does not answer main at ${url}: is it running there?` } of gone)
        cli.say(cli.messageStyle.warn(problem));
      const policies = [{ role, policy }, ...nodes.map(({ node, health }) => ({ role: node, policy: health?.policy }))];
      const known = policies.flatMap(({ role, policy }) => (policy === undefined ? [] : [{ role, policy }]));
      for (const line of toPolicyLines(known)) cli.say(cli.messageStyle.warn(line));
    });
}

/** A table of main's peers: where they are, main's connection to each, what they run. `now` is in milliseconds since 1970. */
export function toNodeList(nodes: readonly NodeView[], { now, style }: { now: number; style: Style }): Line[] {
  return toTable(
    nodes,
    [
      { title: "NODE", cell: ({ node }) => node },
      { title: "ROLE", cell: ({ role }) => role },
      {
        title: "STATE",
        cell: ({ reachable }) => (reachable ? "connected" : "unreachable"),
        paint: (text, { reachable }) => (reachable ? style.good : style.bad)(text),
      },
      { title: "CLOCK", cell: ({ skew }) => toClock(skew), paint: (text, { skew }) => (skew?.isSuspect === true ? style.bad(text) : text) },
      { title: "URL", cell: ({ url }) => url },
      { title: "EXECUTOR", cell: ({ health }) => health?.executor ?? "" },
      { title: "STORE", cell: ({ health }) => health?.store.state ?? "" },
      { title: "VERSION", cell: ({ health }) => health?.version ?? "" },
      { title: "LAST HEALTH", cell: ({ seenAt }) => (seenAt === undefined ? "never" : `${toAge(now - seenAt)} ago`) },
    ],
    style.dim,
  );
}

/** Skew of a node's clock, in words: `clock-suspect +42.0 s`; `agrees` where it is within what can be measured. */
function toClock(skew: NodeView["skew"]): string {
  if (skew === undefined) return "";
  const { ms, within, isSuspect } = skew;
  if (!isSuspect && Math.abs(ms) <= within) return "agrees";
  return `${isSuspect ? "clock-suspect " : ""}${ms < 0 ? "-" : "+"}${toDuration(Math.abs(ms))}`;
}

export interface NodePolicy {
  readonly role: string;
  readonly policy: NonNullable<Health["policy"]>;
}

/** Complaints about the policies of nodes, one line each; none where all have the same policy, and the network grants what it says. */
export function toPolicyLines([first, ...others]: readonly NodePolicy[]): string[] {
  if (first === undefined) return [];
  const all = [first, ...others];
  const short = ({ policy: { sha256 } }: NodePolicy): string => sha256.slice(0, 12);
  return [
    ...others.flatMap((one) =>
      one.policy.sha256 === first.policy.sha256
        ? []
        : `${one.role} has another policy file than ${first.role} (${short(one)}, not ${short(first)}): give all nodes the same one`,
    ),
    ...all.flatMap(({ role, policy }) =>
      policy.current
        ? []
        : `the policy file of ${role} is not what its program's pipeline gives: 'pnpm tasuki acl check' says where they differ`,
    ),
    ...all.flatMap(({ role, policy: { drift } }) =>
      drift.length === 0
        ? []
        : `the network grants ${drift.join(", ")} other things on ${role} than its policy file: merge 'pnpm tasuki acl print' into the tailnet's policy`,
    ),
    ...all.flatMap(({ role, policy: { unheardSince } }) =>
      unheardSince === undefined
        ? []
        : `${role}'s machine has heard nothing of the tailnet's control server since ${unheardSince}: what was revoked since still works there`,
    ),
  ];
}
