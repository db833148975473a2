import { join } from "node:path";

// strace quotes paths; one that is relative to a folder's handle follows the handle's own path: `AT_FDCWD</folder>, "name"` (option -y).
const call = /^(?:[0-9]+ +)?(?<name>[a-z0-9_]+)\((?<args>.*)\) += (?<result>-?[0-9]+)/;
const pathArgument = /(?:(?:AT_FDCWD|[0-9]+)<(?<folder>[^>]*)>, )?"(?<path>(?:[^"\\]|\\.)*)"/g;
const writes = /\bO_(?:WRONLY|RDWR|CREAT|TRUNC)\b/;

/** The paths that a traced process created, opened to write to, renamed, linked or removed. */
export function writtenPaths(trace: string): string[] {
  return trace.split("\n").flatMap((line) => {
    const { name = "", args = "", result = "-1" } = call.exec(line)?.groups ?? {};
    if (Number(result) < 0 || (name.startsWith("open") && !writes.test(args))) return [];
    return [...args.matchAll(pathArgument)].map(({ groups: { folder = "", path = "" } = {} }) =>
      path.startsWith("/") ? path : join(folder, path),
    );
  });
}
