import { Name, type TaskKind } from "@tasuki/protocol";
import { z } from "zod";

const base = { v: z.literal(1), to: Name };

/** Levels of the operator API, each of which includes those before it: to look; to start runs and move them on; to decide in their place. */
export const operatorLevels = ["read", "operate", "decide"] as const;
export type OperatorLevel = (typeof operatorLevels)[number];

const BusPermission = z.discriminatedUnion("call", [
  z.strictObject({ ...base, call: z.literal("task"), kinds: z.array(Name).min(1), unsigned: z.boolean().optional() }),
  z.strictObject({ ...base, call: z.literal("upload"), contracts: z.array(Name).min(1), maxBytes: z.int().positive() }),
  z.strictObject({ ...base, call: z.literal("status"), scope: z.enum(["own", "all"]) }),
  z.strictObject({ ...base, call: z.literal("health") }),
]);
const OperatorPermission = z.strictObject({ ...base, call: z.literal("operator"), level: z.enum(operatorLevels) });

/** One complete permission: a request needs one that matches whole. `to` is the addressed role. */
export type Permission = z.infer<typeof BusPermission> | z.infer<typeof OperatorPermission>;

/** App capabilities in the policy's grants, and the permissions that each of them may hold: no other is read there. */
const capabilities = {
  "tasuki.dev/cap/bus": BusPermission,
  "tasuki.dev/cap/operator": OperatorPermission,
} as const satisfies Record<string, z.ZodType<Permission>>;
export type Capability = keyof typeof capabilities;
export const capabilityNames = Object.keys(capabilities) as readonly Capability[];

/** Capability that a permission stands under. */
export function capabilityOf({ call }: Pick<Permission, "call">): Capability {
  return call === "operator" ? "tasuki.dev/cap/operator" : "tasuki.dev/cap/bus";
}

/** Reads an object that stands under a capability; undefined for one that is no permission there, and so grants nothing. */
export function readPermission(capability: Capability, granted: unknown): Permission | undefined {
  return capabilities[capability].safeParse(granted).data;
}

/** A call that a caller wants to make on a node. */
export type Want =
  | { readonly call: "task"; readonly kind: TaskKind; readonly signed: boolean }
  | { readonly call: "upload"; readonly contract: string; readonly bytes: number }
  | { readonly call: "status"; readonly scope: "own" | "all" }
  | { readonly call: "health" }
  | { readonly call: "operator"; readonly level: OperatorLevel };

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
    case "operator":
      return want.call === "operator" && operatorLevels.indexOf(permission.level) >= operatorLevels.indexOf(want.level);
  }
}
