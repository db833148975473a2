import type { Pipeline } from "@tasuki/contracts";

/**
 * The roles that may not share a machine with a role: main, and its neighbours in the relay. They call each other, and whoever calls from
 * a machine's own address is none of its nodes, since every process has that address.
 */
export function rolesApart(pipeline: Pipeline, role: string): readonly string[] {
  const names = pipeline.roles.map(({ name }): string => name);
  const at = names.indexOf(role);
  return role === "main" ? names : ["main", ...names.filter((_, other) => Math.abs(other - at) === 1)];
}
