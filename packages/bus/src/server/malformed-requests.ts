import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Problem, TasukiError, toProblem } from "@tasuki/protocol";
import { sendProblem } from "./send-problem.ts";

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Answers to bytes that Node's parser refuses, and that never become a request. Each is a problem, after which the connection ends. */
export interface MalformedRequests {
  /** Listener for a server's `connect`, which comes with a bare socket. The bus is no proxy. */
  refuseTunnel(socket: Socket): void;
  /** Takes note of a request. Every request must come here first, since the bytes behind it are answered after it. */
  begin(exchange: Exchange): void;
  /** Listener for a server's `clientError`. */
  refuse(error: Error & { readonly code?: string }, socket: Socket): void;
}

export function createMalformedRequests(): MalformedRequests {
  const latest = new WeakMap<Socket, Exchange>();
  const refused = new WeakSet<Socket>();
  return {
    refuseTunnel(socket) {
      // The socket comes without a listener for its errors, and an error without a listener ends the process.
      socket.on("error", () => undefined);
      answer(socket, toProblem(new TasukiError("malformed_request", "CONNECT asks for a proxy, and the bus is none.")));
    },
    begin: (exchange) => void latest.set(exchange.req.socket, exchange),
    refuse(error, socket) {
      // The parser emits the same error again at the end of the connection.
      if (refused.has(socket)) return;
      refused.add(socket);
      if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
      const problem = problemOf(error);
      const exchange = latest.get(socket);
      if (exchange === undefined || exchange.res.writableFinished)
        return exchange?.req.complete === false ? end(socket) : answer(socket, problem);
      const { req, res } = exchange;
      // An incomplete request has the malformed bytes in its body, so the problem is its answer, unless it has one.
      if (!req.complete) return res.headersSent ? end(socket) : sendProblem(req, res, { problem });
      // A complete request has them behind it, and answers are sent in the order of the requests (RFC 9112, section 9.3.2).
      res.once("close", () => answer(socket, problem));
    },
  };
}

function problemOf({ code }: { readonly code?: string }): Problem {
  const isLate = code === "ERR_HTTP_REQUEST_TIMEOUT";
  return toProblem(
    isLate
      ? new TasukiError("request_timeout", "The request did not arrive in time.")
      : new TasukiError("malformed_request", "This is not a well-formed HTTP/1.1 request, or its headers exceed 16 KiB."),
  );
}

function answer(socket: Socket, problem: Problem): void {
  if (!socket.writable) return;
  const body = JSON.stringify(problem);
  const reason = problem.code === "request_timeout" ? "Request Timeout" : "Bad Request";
  socket.write(
    `HTTP/1.1 ${problem.status} ${reason}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  end(socket);
}

function end(socket: Socket): void {
  socket.destroySoon();
}
