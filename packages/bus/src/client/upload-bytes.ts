import { fromProblem, Problem, TasukiError, UploadAnswer } from "@tasuki/protocol";
import { notUnderstood, toClientError, whyNot } from "./client-error.ts";

export interface UploadRequest {
  /** Name of the node that is called. */
  readonly node: string;
  readonly url: string;
  /** `name@version`. */
  readonly contract: string;
  readonly blob: { readonly sha256: string; readonly size: number; readonly bytes: AsyncIterable<Uint8Array> };
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}

/** Streams bytes to `POST /upload`. Rejects with the peer's problem, or `unreachable`. */
export async function uploadBytes(request: UploadRequest): Promise<UploadAnswer> {
  const { url, contract, blob, headers, signal, fetch } = request;
  const query = new URLSearchParams({ contract, sha256: blob.sha256 });
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}/upload?${query.toString()}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/octet-stream", "content-length": String(blob.size) },
      body: blob.bytes,
      duplex: "half",
      signal,
    });
    body = await response.json();
  } catch (error) {
    throw toClientError(error, request);
  }
  if (!response.ok) {
    const problem = Problem.safeParse(body);
    throw problem.success ? fromProblem(problem.data) : notUnderstood(whyNot(problem.error), request);
  }
  const answer = UploadAnswer.safeParse(body);
  if (!answer.success) throw notUnderstood(whyNot(answer.error), request);
  if (answer.data.sha256 !== blob.sha256)
    throw new TasukiError("digest_mismatch", `${request.node} stored other bytes than were sent: ${answer.data.sha256}.`);
  return answer.data;
}
