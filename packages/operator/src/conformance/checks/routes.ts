import { type Check, findRefused } from "../check.ts";

/** The paths of a bus, each with its method, as the design has them; they are not taken from the program that is checked. */
const paths = {
  "/task": "POST",
  "/upload": "POST",
  "/status": "GET",
  "/health": "GET",
  "/trpc/task": "POST",
  "/trpc/status": "GET",
  "/trpc/watch": "GET",
  "/trpc/health": "GET",
} as const;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "LINK", "SUBSCRIBE", "SEARCH"];

export const verbs: Check = {
  name: "verbs",
  claim: "task, upload, status and health answer, in REST; task, status, watch and health in tRPC",
  async run({ probe }) {
    const failures: string[] = [];
    for (const [path, method] of Object.entries(paths)) {
      // The feed of /trpc/watch has no end: an unreadable index is enough to be answered by it.
      const target = path === "/trpc/watch" ? `${path}?input=%22` : path;
      const { answer, problem, label } = await probe.ask({ method, target, ...(method === "POST" && { body: "" }) });
      const isThere = answer !== undefined && problem?.code !== "not_found" && problem?.code !== "method_not_allowed";
      if (!isThere) failures.push(`${label}: ${problem?.code ?? "no answer"}`);
    }
    return { asked: Object.keys(paths).length, failures };
  },
};

/** Paths that programs which do more than they should have answered on. */
const strangers = `/ /index.html /favicon.ico /robots.txt /.env /.git/config /.well-known/security.txt /.well-known/openid-configuration
/admin /api /api/v1/status /v1/task /actuator /actuator/env /debug /debug/pprof/ /debug/vars /metrics /prometheus /healthz /ready /livez /info
/server-status /console /shell /exec /run /eval /cmd /system /spawn /proxy /fetch /redirect /callback /webhook /hooks /files /file /download
/artifacts /blobs /inbox /archive /logs /data /keys /trust /identity /secret /config /config.jsonc /node.sqlite /static /assets/x.js /swagger
/openapi.json /docs /graphql /graphiql /rpc /jsonrpc /ws /socket.io/ /login /oauth/authorize /users /register /operator /operator/runs
/tasks /task/1 /task/ /upload/ /uploads /status/ /status/x /health/ /health/x /trpc /trpc/ /trpc/exec /trpc/upload /trpc/operator.runs
/trpc/task,status /trpc/health,health /trpc/health/ /trpc/constructor /trpc/__proto__ /trpc/toString /trpc/hasOwnProperty
/TASK /Status /HEALTH /TRPC/health //health /./health /x/../health /health/../status /health/. /%68ealth /healt%68 /health%00 /health%2f
/health;a=b /health,/ /health%20 /health%0d%0a /health.json /health\\ /..%2f..%2fetc%2fpasswd /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd
/cgi-bin/test.cgi /phpinfo.php /wp-login.php /etc/passwd /proc/self/environ file:///etc/passwd`.split(/\s+/);

export const routes: Check = {
  name: "routes",
  claim: "nothing else answers: no other path, no other spelling of a path",
  run: ({ probe, trap }) =>
    findRefused(probe, [
      ...strangers.flatMap((target) =>
        ["GET", "POST"].map((method) => ({ request: { method, target, ...(method === "POST" && { body: "{}" }) }, codes: ["not_found"] })),
      ),
      ...["GET", "POST"].map((method) => ({ request: { method, target: `${trap}/health` }, mayEnd: true })),
      { request: { method: "OPTIONS", target: "*" }, mayEnd: true },
      { request: { method: "CONNECT", target: new URL(trap).host }, mayEnd: true },
      {
        request: {
          target: "/health",
          headers: [
            ["Upgrade", "websocket"],
            ["Sec-WebSocket-Version", "13"],
            ["Origin", trap],
          ],
        },
      },
    ]),
};

export const methodsOfRoutes: Check = {
  name: "methods",
  claim: "each path takes one method",
  run: ({ probe }) =>
    findRefused(
      probe,
      Object.entries(paths).flatMap(([target, own]) =>
        methods.filter((method) => method !== own).map((method) => ({ request: { method, target }, codes: ["method_not_allowed"] })),
      ),
    ),
};

export const batches: Check = {
  name: "batches",
  claim: "one request is one decision: tRPC batches are refused",
  run: ({ probe }) => {
    const json: [string, string][] = [["Content-Type", "application/json"]];
    const asked = [
      { target: "/trpc/health?batch=1" },
      { target: "/trpc/status?batch=1&input=%7B%220%22%3A%7B%7D%7D" },
      { target: "/trpc/health,status?batch=1&input=%7B%7D" },
      { target: "/trpc/task?batch=1", method: "POST", headers: json, body: '{"0":{}}' },
    ];
    return findRefused(
      probe,
      asked.map((request) => ({ request })),
    );
  },
};
