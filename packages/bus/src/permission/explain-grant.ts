import { grantFor, type Permission, type Want } from "./permission.ts";
import { type Grant, type Policy, tagOf } from "./policy.ts";

export interface Explanation {
  /** The grant that allows the call; absent where none does. */
  readonly by?: Grant;
  /** Grants from this caller to this role for the same call, each with what it lacks. */
  readonly short: readonly { readonly grant: Grant; readonly lacks: string }[];
  /** Grants that allow the call to others. */
  readonly others: readonly Grant[];
  /** The narrowest permission that would allow the call, to be put between this caller and this role. */
  readonly would: Permission;
}

/** Explains why `from` (a tag or a group) may or may not make a call on the node of role `to`. */
export function explainGrant(policy: Pick<Policy, "grants">, { from, to, want }: { from: string; to: string; want: Want }): Explanation {
  const towards = policy.grants.filter(({ permission, dst }) => permission.to === to && dst.includes(tagOf(to)));
  const allows = ({ permission }: Grant): boolean => grantFor([permission], to, want) !== undefined;
  const mine = towards.filter(({ src }) => src.includes(from));
  const by = mine.find(allows);
  return {
    ...(by && { by }),
    short: mine.flatMap((grant) => {
      const lacks = lackOf(grant.permission, want);
      return lacks === undefined ? [] : [{ grant, lacks }];
    }),
    others: towards.filter((grant) => !grant.src.includes(from) && allows(grant)),
    would: permissionFor(to, want),
  };
}

/** Makes the narrowest permission that allows a call. */
function permissionFor(to: string, want: Want): Permission {
  switch (want.call) {
    case "task":
      return { v: 1, to, call: "task", kinds: [want.kind], ...(!want.signed && { unsigned: true }) };
    case "upload":
      return { v: 1, to, call: "upload", contracts: [want.contract], maxBytes: Math.max(1, want.bytes) };
    case "status":
      return { v: 1, to, call: "status", scope: want.scope };
    case "health":
      return { v: 1, to, call: "health" };
    case "operator":
      return { v: 1, to, call: "operator", level: want.level };
  }
}

/** Says what a permission lacks for a call; undefined where it lacks nothing, or is for another call. */
function lackOf(permission: Permission, want: Want): string | undefined {
  if (permission.call === "task" && want.call === "task") {
    if (!permission.kinds.includes(want.kind)) return `its kinds are ${permission.kinds.join(", ")}`;
    return want.signed || permission.unsigned === true ? undefined : "it is for signed tasks";
  }
  if (permission.call === "upload" && want.call === "upload") {
    if (!permission.contracts.includes(want.contract)) return `its contracts are ${permission.contracts.join(", ")}`;
    return want.bytes <= permission.maxBytes ? undefined : `it is for at most ${permission.maxBytes} bytes`;
  }
  if (permission.call === "status" && want.call === "status")
    return permission.scope === "all" || want.scope === "own" ? undefined : "its scope is the caller's own tasks";
  if (permission.call === "operator" && want.call === "operator")
    return grantFor([permission], permission.to, want) === undefined ? `its level is '${permission.level}'` : undefined;
  return undefined;
}
