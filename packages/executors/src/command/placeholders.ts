const placeholders = ["{workdir}", "{inputFile}", "{outputFile}", "{attemptId}"] as const;
type Placeholder = (typeof placeholders)[number];

/** What each placeholder stands for. An undefined value has no meaning for this role. */
export type PlaceholderValues = Readonly<Record<Placeholder, string | undefined>>;

/** Placeholders are whole elements of argv, so that nothing is ever glued into an option or a script; what is wrong, by index. */
export function checkPlaceholders(argv: readonly string[]): readonly (readonly [number, string])[] {
  return argv.flatMap((element, at) => {
    const inside = placeholders.find((placeholder) => element.includes(placeholder));
    if (inside === undefined || (element === inside && at > 0)) return [];
    const message = at === 0 ? "a program's path, without placeholders" : `${inside} as an element of its own: ["--option", "${inside}"]`;
    return [[at, message] as const];
  });
}

/** argv with every placeholder replaced; a sentence where one has no meaning. */
export function fillPlaceholders(argv: readonly string[], values: PlaceholderValues): readonly string[] | string {
  const filled: string[] = [];
  for (const element of argv) {
    const placeholder = placeholders.find((placeholder) => element === placeholder);
    const value = placeholder === undefined ? element : values[placeholder];
    if (value === undefined)
      return `${element} in argv stands for the role's only output, and this role has several; use {workdir} and out/ in it`;
    filled.push(value);
  }
  return filled;
}
