/** Bytes on their way in: written to a temporary file, hashed, not yet visible. Dispose without publishing and nothing remains. */
export interface StagedBlob extends AsyncDisposable {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes as they were staged. */
  read(): Promise<Buffer>;
  /** Makes them durable under their digest (fsync of file and folder). Resolves with false where they were there already. */
  publish(): Promise<boolean>;
}

/** Content-addressed bytes. */
export interface Blobs {
  /** Streams to a temporary file; rejects with `too_large` beyond `maxBytes`, leaving nothing. */
  stage(bytes: AsyncIterable<Uint8Array>, limit: { readonly maxBytes: number }): Promise<StagedBlob>;
  has(sha256: string): boolean;
  /** Re-hashes while reading; rejects with `digest_mismatch` where the bytes on disk have changed, `not_found` where there are none. */
  read(sha256: string): Promise<Buffer>;
  /** A stream of the bytes, for sending; re-hashed as it goes, and broken off where they have changed. */
  stream(sha256: string): AsyncIterable<Uint8Array>;
  /** Moves bytes that were changed to `blobs/changed/`, to be looked at: they are no longer here, and whoever sends them again brings them. */
  setAside(sha256: string): Promise<void>;
  /** Copies (never links), re-hashed, to a new file. */
  copyTo(sha256: string, path: string): Promise<void>;
}
