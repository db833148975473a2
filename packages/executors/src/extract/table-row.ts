// A header's name stands on every row of its table: one that is as long as a text would make a text of many times its size.
export const longestName = 120;

/** Row of a table as one line: its values in order, each after the name of its column where there is one; what is empty is left out. */
export function toRow(values: readonly string[], names: readonly string[] = []): string {
  return values
    .flatMap((value, at) => {
      const name = names[at] ?? "";
      if (value === "") return [];
      return [name === "" || name.length > longestName || name === value ? value : `${name.replace(/:$/, "")}: ${value}`];
    })
    .join(" | ");
}
