import { closeSync, constants, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname, extname } from "node:path";

export interface RotatingFile extends Disposable {
  /** Writes a line, synchronously, so that a process's last words are there after its end. Never throws: a full disk loses log lines, not work. */
  write(line: string): void;
}

/** Opens a log file of at most about `maxBytes`; `keep` older ones stay next to it: `node.jsonl`, `node.1.jsonl` (newest), `node.2.jsonl`, … */
export function openRotatingFile({
  path,
  maxBytes,
  keep,
}: {
  readonly path: string;
  readonly maxBytes: number;
  readonly keep: number;
}): RotatingFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A link in the file's place would lead what is logged into another file: it is not followed (ELOOP).
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const open = () => openSync(path, flags, 0o600);
  const extension = extname(path);
  const aged = (age: number): string => (age === 0 ? path : `${path.slice(0, path.length - extension.length)}.${age}${extension}`);
  let file = open();
  let size = fstatSync(file).size;

  const rotate = (): void => {
    for (let age = keep; age > 0; age -= 1) {
      try {
        renameSync(aged(age - 1), aged(age));
      } catch {
        // There is none of that age yet.
      }
    }
    // Where no new file can be opened, the full one is written on for as much again.
    size = 0;
    const full = file;
    file = open();
    closeSync(full);
  };

  return {
    write(line) {
      try {
        size += writeSync(file, line);
        if (size >= maxBytes) rotate();
      } catch {
        // Logs are for diagnosis: what can't be written is not worth a node.
      }
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
