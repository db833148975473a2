/** Words for what is not there, or is empty. */
export const nothing = "nothing";

/** The words for what a value has at a path, for the `got` of a fault: short, on one line. */
export function gotAt(value: unknown, path: readonly PropertyKey[]): string {
  // Any object can be asked for a key; what it has there is judged below.
  const found = path.reduce<unknown>(
    (held, key) => (typeof held === "object" && held !== null ? (held as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
  if (found === undefined || found === "") return nothing;
  if (Array.isArray(found)) return `${found.length} of them`;
  const text = typeof found === "string" ? found : (JSON.stringify(found, (_, held: unknown) => outline(held, found)) ?? typeof found);
  const line = text.slice(0, 121).replaceAll(/\s/g, " ");
  if (line.trim() === "") return `"${line.slice(0, 120)}"`;
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** A value that is held in another one: lists and objects are left out, which may be as deep as a file is long. */
function outline(held: unknown, holder: unknown): unknown {
  return typeof held === "object" && held !== null && held !== holder ? "…" : held;
}
