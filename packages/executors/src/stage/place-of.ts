/** Where in a source file an error arose, `work.ts:3:12`, without its folder: what is said of an attempt leaves the machine. */
export function placeOf({ stack = "" }: Error): string | undefined {
  return /[^/\\(\s]+\.[cm]?[jt]s(?::\d+){1,2}/.exec(stack)?.[0];
}
