import { Name, type TaskKind } from "@tasuki/protocol";
import { z } from "zod";

const base = { v: z.literal(1), to: Name };

/** Name of the bus's app capability in the policy's grants. */
export const busCapability = "tasuki.dev/cap/bus";

/** One complete permission: a request needs one that matches whole. `to` is the addressed role. An object that doesn't parse grants nothing. */
export const Permission = z.discriminatedUnion("call", [
  z.strictObject({ ...base, call: z.literal("task"), kinds: z.array(Name).min(1), unsigned: z.boolean().optional() }),
  z.strictObject({ ...base, call: z.literal("upload"), contracts: z.array(Name).min(1), maxBytes: z.int().positive() }),
  z.strictObject({ ...base, call: z.literal("status"), scope: z.enum(["own", "all"]) }),
  z.strictObject({ ...base, call: z.literal("health") }),
]);
export type Permission = z.infer<typeof Permission>;

/** A call that a caller wants to make on a node. */
export type Want =
  | { readonly call: "task"; readonly kind: TaskKind; readonly signed: boolean }
  | { readonly call: "upload"; readonly contract: string; readonly bytes: number }
  | { readonly call: "status"; readonly scope: "own" | "all" }
  | { readonly call: "health" };

/** Finds the first permission that allows a call on a node of role `to`; undefined where none does. */
export function grantFor(permissions: readonly Permission[], to: string, want: Want): Permission | undefined {
  return permissions.find((permission) => permission.to === to && allows(permission, want));
}

function allows(permission: Permission, want: Want): boolean {
  switch (permission.call) {
    case "task":
      return want.call === "task" && permission.kinds.includes(want.kind) && (want.signed || permission.unsigned === true);
    case "upload":
      return want.call === "upload" && permission.contracts.includes(want.contract) && want.bytes <= permission.maxBytes;
    case "status":
      return want.call === "status" && (permission.scope === "all" || want.scope === "own");
    case "health":
      return want.call === "health";
  }
}
