/**
 * Options of Node for the process of a node, wherever one is started. A node mostly passes bytes on: with V8's usual young generation
 * (16 MiB, three times) it would keep tens of megabytes of them as garbage.
 */
export const nodeFlags: readonly string[] = ["--max-semi-space-size=2"];
