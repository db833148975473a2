/** Bytes on their way in: hashed, in a temporary file, under no digest yet. Disposing before `publish` removes that file. */
export interface StagedBlob extends AsyncDisposable {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Reads the staged bytes back. */
  read(): Promise<Buffer>;
  /** Makes the bytes durable under their digest (fsync of file and folder). Resolves with false where that digest was published before. */
  publish(): Promise<boolean>;
}

/**
 * Content-addressed bytes. Every read hashes them again, so that a caller never gets bytes of another digest. Whether a blob is here says its
 * row, in the store.
 */
export interface Blobs {
  /** Streams bytes to a temporary file. Rejects with `too_large` beyond `maxBytes`; the temporary file is removed then. */
  stage(bytes: AsyncIterable<Uint8Array>, limit: { readonly maxBytes: number }): Promise<StagedBlob>;
  /** Rejects with `digest_mismatch` where the bytes on the disk have changed, and with `not_found` where there are none. */
  read(sha256: string): Promise<Buffer>;
  /** Streams the bytes of a digest, for sending. The stream fails like `read`, before its last chunk is handed out. */
  stream(sha256: string): AsyncIterable<Uint8Array>;
  /** Moves changed bytes to `blobs/changed/`, for people to look at. */
  moveChanged(sha256: string): Promise<void>;
  /** Copies the bytes (a link would let an executor change them) to a new file. Rejects like `read`, and leaves no file then. */
  copyTo(sha256: string, path: string): Promise<void>;
}
