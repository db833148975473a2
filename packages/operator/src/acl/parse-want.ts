import { artifactsOnWire, type Pipeline, TaskKind, TasukiError } from "@tasuki/protocol";
import { operatorCalls, operatorLevels, sourceContract, type Want } from "@tasuki/bus";

const verbs = ["task", "upload", "status", "health", "operator"] as const;

/** The roles that a policy is about: main, then those of the pipeline. */
export function rolesOf(pipeline: Pipeline): readonly string[] {
  return ["main", ...pipeline.roles.map(({ name }) => name)];
}

/** The subject of a grant, for `ops`, a role, or a tag or group as the policy has it. Throws `unknown_role`. */
export function toSubject(from: string, pipeline: Pipeline): string {
  const roles = rolesOf(pipeline);
  if (from === "ops") return "group:tasuki-ops";
  if (roles.includes(from)) return `tag:tasuki-${from}`;
  if (/^(tag|group|autogroup):/.test(from)) return from;
  if (from.includes("@")) throw new TasukiError("unknown_role", "People are granted together what group:tasuki-ops is: ask about 'ops'.");
  throw new TasukiError("unknown_role", `'${from}' is nobody's name here: ops, ${roles.join(", ")}, or a tag: or group: of the policy.`);
}

export interface WantWords {
  readonly verb: string;
  /** The kind of a task, the contract of an upload, the scope of a status, or the level or call of the operator API; all where it is left out. */
  readonly what?: string | undefined;
  /** True for tasks that are signed, as a node's are and a person's are not. */
  readonly signed: boolean;
  /** The size of an upload. */
  readonly bytes: number;
}

/** The wants that words stand for, one or a whole list. Throws `malformed_request`, which says what there is. */
export function toWants({ verb, what, signed, bytes }: WantWords, pipeline: Pipeline): readonly Want[] {
  switch (verb) {
    case "task":
      return chosen("kind", TaskKind.options, what).map((kind) => ({ call: "task", kind, signed }));
    case "upload": {
      const contracts = [...artifactsOnWire(pipeline), sourceContract].map(({ name }) => name);
      return chosen("contract", contracts, what?.replace(/@.*$/, "")).map((contract) => ({ call: "upload", contract, bytes }));
    }
    case "status":
      return chosen("scope", ["own", "all"] as const, what).map((scope) => ({ call: "status", scope }));
    case "operator": {
      const named = Object.entries(operatorCalls).find(([call]) => call === what);
      const [call, level] = named ?? [];
      if (level === "socket" || level === "link")
        throw new TasukiError(
          "malformed_request",
          `No grant allows '${call}': it is for whoever ${level === "socket" ? "can open operator.sock" : "has a one-time link"}.`,
        );
      return chosen("level or call of the operator API", operatorLevels, level ?? what).map((one) => ({ call: "operator", level: one }));
    }
    case "health":
      if (what !== undefined) throw new TasukiError("malformed_request", "health has no kinds: leave out the last word.");
      return [{ call: "health" }];
    default:
      throw new TasukiError("malformed_request", `'${verb}' is no verb of the policy: ${verbs.join(", ")}.`);
  }
}

function chosen<T extends string>(name: string, all: readonly T[], what: string | undefined): readonly T[] {
  if (what === undefined) return all;
  const found = all.filter((one) => one === what);
  if (found.length === 0) throw new TasukiError("malformed_request", `'${what}' is no ${name}: ${all.join(", ")}.`);
  return found;
}

/** A want in words. */
export function describeWant(want: Want): string {
  switch (want.call) {
    case "task":
      return `task ${want.kind}${want.signed ? "" : " (unsigned)"}`;
    case "upload":
      return `upload ${want.contract} of ${want.bytes} ${want.bytes === 1 ? "byte" : "bytes"}`;
    case "status":
      return `status, ${want.scope === "all" ? "of everything" : "of its own tasks"}`;
    case "health":
      return "health";
    case "operator":
      return `the operator API, to ${want.level}`;
  }
}
