import { artifactsOf, TaskKind, TasukiError } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { sourceContract, type Want } from "@tasuki/relay";

export const roles: readonly string[] = ["main", ...relay.roles.map(({ name }) => name)];
const contracts: readonly string[] = [...artifactsOf(relay).map(({ name }) => name), sourceContract.name];
const verbs = ["task", "upload", "status", "health"] as const;

/** `ops`, a role, or a tag or group of the policy as it stands there. Throws `unknown_role`. */
export function toSubject(from: string): string {
  if (from === "ops") return "group:tasuki-ops";
  if (roles.includes(from)) return `tag:tasuki-${from}`;
  if (/^(tag|group|autogroup):/.test(from)) return from;
  if (from.includes("@")) throw new TasukiError("unknown_role", "People are granted together what group:tasuki-ops is: ask about 'ops'.");
  throw new TasukiError("unknown_role", `'${from}' is nobody's name here: ops, ${roles.join(", ")}, or a tag: or group: of the policy.`);
}

export interface WantWords {
  readonly verb: string;
  /** A kind of task, or a contract; all of them where it is left out. */
  readonly what?: string | undefined;
  /** Whether tasks are signed, as nodes do and people don't. */
  readonly signed: boolean;
  /** Of an upload. */
  readonly bytes: number;
}

/** What is asked about, one thing or a whole list. Throws `malformed_request`, which says what there is. */
export function toWants({ verb, what, signed, bytes }: WantWords): readonly Want[] {
  switch (verb) {
    case "task":
      return chosen("kind", TaskKind.options, what).map((kind) => ({ call: "task", kind, signed }));
    case "upload":
      return chosen("contract", contracts, what?.replace(/@.*$/, "")).map((contract) => ({ call: "upload", contract, bytes }));
    case "status":
      return chosen("scope", ["own", "all"] as const, what).map((scope) => ({ call: "status", scope }));
    case "health":
      if (what !== undefined) throw new TasukiError("malformed_request", "health has no kinds: leave out the last word.");
      return [{ call: "health" }];
    default:
      throw new TasukiError("malformed_request", `'${verb}' is no verb of the bus: ${verbs.join(", ")}.`);
  }
}

function chosen<T extends string>(name: string, all: readonly T[], what: string | undefined): readonly T[] {
  if (what === undefined) return all;
  const found = all.filter((one) => one === what);
  if (found.length === 0) throw new TasukiError("malformed_request", `'${what}' is no ${name}: ${all.join(", ")}.`);
  return found;
}

/** What is wanted, in words. */
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
  }
}
