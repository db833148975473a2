import type { FlowEffect, Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import type { FlowState } from "./flow-state.ts";
import { withRefusals } from "./step-ending.ts";

/** Plans to close a run without a node: the role that the node has in it, or why it is refused. */
export function planClose(state: FlowState, node: string): { readonly role: string } | { readonly refused: string } {
  const { id, route, nodes, archived, without = [] } = state;
  if (state.state !== "closing") return { refused: `run ${id} is ${state.state}; only a closing run can be closed without a node` };
  const nodeOf = (role: string): string => nodes[role] ?? role;
  const role = route.find((one) => nodeOf(one) === node);
  if (role === undefined) return { refused: `run ${id} does not stand on a node '${node}'; its nodes are ${route.map(nodeOf).join(", ")}` };
  if (archived.includes(role)) return { refused: `${node} has archived run ${id}, which needs not be closed without it` };
  if (without.some((one) => one.role === role)) return { refused: `run ${id} is to be closed without ${node} already` };
  return { role };
}

/** Closes a run without a node: its `archived` is awaited no more. It is still told, and what it signs before the others have counts. */
export function stepClose(state: FlowState, event: Extract<FlowEvent, { is: "close" }>, now: number): Stepped {
  const plan = planClose(state, event.without);
  if ("refused" in plan) return [state, []];
  const { by, reason } = event;
  const left = { role: plan.role, node: event.without, by, at: now, ...(reason !== undefined && { why: reason }) };
  const record: FlowEffect = { do: "record", type: "close", stage: plan.role, by, ...(reason !== undefined && { reason }) };
  const { [plan.role]: _, ...refusals } = state.refusals ?? {};
  return [withRefusals({ ...state, without: [...(state.without ?? []), left] }, refusals), [record]];
}

/** Closes a run of which every node has signed the archive, but those that it is closed without: they are named in main's own signature. */
export function concludeClose(state: FlowState, now: number): Stepped {
  const { archived, without = [], ...rest } = state;
  const lacking = without.filter(({ role }) => !archived.includes(role));
  const isOver =
    state.state === "closing" && state.route.every((role) => archived.includes(role) || lacking.some((one) => one.role === role));
  if (!isOver) return [state, []];
  const said = lacking.map(({ node, by, why }) => `without ${node}, by ${by}${why === undefined ? "" : `: ${why}`}`);
  return [
    { ...rest, archived, ...(lacking.length > 0 && { without: lacking }), state: "closed", endedAt: now },
    [{ do: "sign", state: "closed", stage: "main", ...(said.length > 0 && { reason: `closed ${said.join("; ")}` }) }],
  ];
}
