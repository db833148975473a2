import { array, boolean, constant, constantFrom, oneof, record, tuple, type Arbitrary } from "fast-check";
import { inHead, type Kind, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

const routes: Readonly<Record<string, string>> = {
  "/task": "POST",
  "/upload": "POST",
  "/status": "GET",
  "/health": "GET",
  "/trpc/task": "POST",
  "/trpc/status": "GET",
  "/trpc/health": "GET",
  "/trpc/watch": "GET",
};
const paths = Object.keys(routes);
const methods = "GET POST PUT PATCH DELETE HEAD OPTIONS TRACE PROPFIND MKCOL MOVE COPY LOCK PURGE SUBSCRIBE QUERY SOURCE".split(" ");

/** A path of the bus, changed a little: none of these is one. */
const bent: Arbitrary<string> = tuple(
  constantFrom(...paths),
  constantFrom<(path: string) => string>(
    (path) => `${path}/`,
    (path) => `/${path}`,
    (path) => `/.${path}`,
    (path) => `${path}/.`,
    (path) => `/x/..${path}`,
    (path) => path.toUpperCase(),
    (path) => `${path};a=b`,
    (path) => `${path}%00`,
    (path) => `${path}%20`,
    (path) => path.replace("t", "%74"),
    (path) => `${path}.json`,
    (path) => `${path}#x`,
    (path) => `http://evil.example${path}`,
    (path) => `\\${path}`,
    (path) => `${path}\\..`,
    (path) => `${path},health`,
    (path) => `${path}.__proto__`,
    (path) => path.replace("/trpc/", "/trpc/../"),
  ),
)
  .map(([path, bend]) => bend(path))
  .filter((path) => routes[path] === undefined);
const segment = naughty.map((text) => encodeURIComponent(text.toWellFormed()));
const other: Arbitrary<string> = oneof(
  bent,
  segment.map((text) => `/${text}`),
  segment.map((text) => `/trpc/${text}`),
  segment.map((text) => `/upload/${text}`),
  naughty.map((text) => `/${inHead(text).replaceAll(/[ \t]/g, "+")}`),
  constantFrom(
    "*",
    "health",
    "?",
    "//",
    "/",
    "/trpc",
    "/trpc/",
    "/trpc/constructor",
    "/trpc/__proto__",
    "/trpc/hasOwnProperty",
    "/.git/config",
  ),
  constantFrom(100, 8_000, 15_000, 17_000, 70_000).map((length) => `/${"a".repeat(length)}`),
);
const query = array(
  tuple(
    constantFrom(
      "run",
      "task",
      "from",
      "limit",
      "include",
      "name",
      "after",
      "input",
      "batch",
      "contract",
      "sha256",
      "__proto__",
      "a[b]",
      "",
    ),
    segment,
  ),
  {
    maxLength: 4,
  },
).map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`));

/** Other paths and methods, in every form that a request's target can have. */
export const targets: Kind = {
  name: "targets",
  share: 5,
  requests: (endpoint) => {
    const elsewhere = record({ method: constantFrom(...methods), target: other, isKnown: constant(false) });
    const wrongMethod = tuple(constantFrom(...methods), constantFrom(...paths), query).map(([method, path, query]) => ({
      method,
      target: `${path}${query}`,
      isKnown: method === routes[path],
    }));
    return tuple(oneof(elsewhere, wrongMethod), boolean()).map(([{ method, target, isKnown }, hasBody]) => ({
      label: `${method} ${target}`,
      parts: [
        toBytes(endpoint, {
          method,
          target,
          headers: [["x-secret", endpoint.canary]],
          ...(hasBody && { body: `{"a":"${endpoint.canary}"}` }),
        }),
      ],
      mayPass: isKnown && routes[target.split("?", 1)[0] ?? ""] === "GET",
      isHead: method === "HEAD",
      // An answer to HEAD that the parser refuses has a body, though it is none's.
      ...(method === "HEAD" && { mayEnd: true }),
    }));
  },
};
