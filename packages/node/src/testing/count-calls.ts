import crypto from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import fs from "node:fs";
import type { IncomingMessage } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";

const none = { requests: 0, commits: 0, fsyncs: 0, signatures: 0, verifications: 0, writes: 0, renames: 0 };

/**
 * Calls of this process. `requests`: HTTP requests to the verbs `task`, `upload` and `status`, whoever answers them here. `commits`: of databases,
 * also of a transaction that changed nothing. `fsyncs`: of files and folders, those of a database's own commits excluded. `writes`: files that were written
 * or appended to, a stream or a whole file being one each.
 */
export type Calls = Readonly<typeof none>;

export interface CallCounter extends Disposable {
  /** Calls since the last look, or since the counter was made. */
  take(): Calls;
}

type Method = (this: unknown, ...given: never[]) => unknown;

/** Counts calls of this process, until it is disposed. One counter at a time. `anyFile` is a file that is there: it is opened, and read by nobody. */
export async function countCalls(anyFile: string): Promise<CallCounter> {
  let calls = { ...none };
  const restored: (() => void)[] = [];
  /** Counts the calls of an object's methods. */
  const count = (what: keyof Calls, { of: on, names }: { of: object; names: readonly string[] }): void => {
    for (const name of names) {
      const plain = Reflect.get(on, name) as Method; // each name below is one of a method
      const counting: Method = function (this: unknown, ...given) {
        if (name !== "exec" || given[0] === "COMMIT") calls[what] += 1;
        return Reflect.apply(plain, this, given);
      };
      Reflect.set(on, name, counting);
      restored.push(() => void Reflect.set(on, name, plain));
    }
  };
  const handle = await fs.promises.open(anyFile);
  const fileHandle: unknown = Object.getPrototypeOf(handle);
  await handle.close();
  if (typeof fileHandle !== "object" || fileHandle === null) throw new Error("a FileHandle has no prototype");

  count("commits", { of: DatabaseSync.prototype, names: ["exec"] });
  count("fsyncs", { of: fileHandle, names: ["sync", "datasync"] });
  count("fsyncs", { of: fs, names: ["fsync", "fdatasync", "fsyncSync", "fdatasyncSync"] });
  count("signatures", { of: crypto, names: ["sign"] });
  count("verifications", { of: crypto, names: ["verify"] });
  count("writes", { of: fileHandle, names: ["writeFile", "appendFile", "createWriteStream"] });
  count("writes", { of: fs.promises, names: ["writeFile", "appendFile"] });
  count("writes", { of: fs, names: ["writeFile", "appendFile", "writeFileSync", "appendFileSync", "createWriteStream"] });
  count("renames", { of: fs.promises, names: ["rename"] });
  count("renames", { of: fs, names: ["rename", "renameSync"] });
  syncBuiltinESMExports();
  const arrived = (message: unknown): void => {
    const { request } = message as { readonly request: IncomingMessage }; // as node:http publishes it
    if (/^\/(?:trpc\/)?(?:task|upload|status)\b/.test(request.url ?? "")) calls.requests += 1;
  };
  subscribe("http.server.request.start", arrived);
  return {
    take() {
      const taken = calls;
      calls = { ...none };
      return taken;
    },
    [Symbol.dispose]() {
      unsubscribe("http.server.request.start", arrived);
      for (const restore of restored) restore();
      syncBuiltinESMExports();
    },
  };
}
