import type { Arbitrary } from "fast-check";

/** One thing to do to a node over a connection of its own. */
export interface HostileRequest {
  /** The request, in a line. */
  readonly label: string;
  /** Bytes to write, one part after the other, each in a turn of the event loop of its own. */
  readonly parts: readonly Buffer[];
  /** Answers that there may be at most: requests in the bytes. One, unless it says otherwise. */
  readonly requests?: number;
  /** Act of the client once all is written: it ends its own side, or goes away. By default it waits for the end. */
  readonly leaves?: "ends" | "cuts";
  /** True where a good answer (2xx) is right, too. */
  readonly mayPass?: boolean;
  /** True where the end of the connection without an answer is right, too. */
  readonly mayEnd?: boolean;
  readonly isHead?: boolean;
}

/** Facts about a node that the kinds of cases for it need to know. */
export interface Endpoint {
  readonly role: string;
  /** The value of Host. */
  readonly host: string;
  /** A bearer token that the node knows. */
  readonly token: string;
  /** True where the caller is known by the token. */
  readonly needsToken: boolean;
  /** Text that must not come back but in what a problem says was found, nor be logged. */
  readonly canary: string;
}

/** A kind of hostile requests, generated from a seed. */
export interface Kind {
  readonly name: string;
  /** Requests of this kind, of those of all kinds together. */
  readonly share: number;
  readonly requests: (endpoint: Endpoint) => Arbitrary<HostileRequest>;
}

export type Headers = readonly (readonly [name: string, value: string | number])[];

export interface Message {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Headers;
  readonly body?: Buffer | string;
  /** Value of Content-Length instead of the body's own; `null` leaves the header out. */
  readonly length?: number | string | null;
  /** Leaves the connection open for more. */
  readonly isKept?: boolean;
}

/** A request as bytes. Everything but the body is latin1, so that any byte can stand anywhere. */
export function toBytes({ host, token, canary }: Endpoint, message: Message): Buffer {
  const { method = "GET", target, headers = [], body, isKept = false } = message;
  const length = message.length === undefined ? (body === undefined ? null : Buffer.byteLength(body)) : message.length;
  const has = (name: string): boolean => headers.some(([given]) => given.toLowerCase() === name);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(has("host") ? [] : [`Host: ${host}`]),
    ...(has("authorization") ? [] : [`Authorization: Bearer ${token}`]),
    `Cookie: session=${canary}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(length === null ? [] : [`Content-Length: ${length}`]),
    ...(isKept ? [] : ["Connection: close"]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body ?? "")]);
}

/** Text as the bytes that stand for it in a head: UTF-8, unless that would end a line. */
export function inHead(text: string): string {
  return Buffer.from(text.replaceAll(/[\r\n]/g, " "), "utf8").toString("latin1");
}
