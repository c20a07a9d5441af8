/** Files on their way to the server, each with what became of it. */
import { useCallback, useEffect, useRef, useState } from "react";
import { asApiError } from "@/lib/errors/api-error";
import type { StoredFile } from "./queries";
import { uploadFile } from "./upload-file";

export interface Upload {
  id: number;
  file: File;
  /** From 0 to 1. */
  sent: number;
  error: unknown;
}

/** Uploads that run at once; a browser has few connections to one server, and others need some. */
const AT_ONCE = 2;
let next = 0;

/**
 * @param onStored called with each file that has arrived
 * @param expiresAfter seconds after which the server removes them by itself; for ever without it
 */
export function useUploads(onStored: (file: StoredFile) => void, expiresAfter?: number) {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const running = useRef(new Map<number, AbortController>());
  const waiting = useRef<Upload[]>([]);
  const stored = useRef(onStored);
  stored.current = onStored;

  const change = useCallback(
    (id: number, part: Partial<Upload>) =>
      setUploads((all) => all.map((each) => (each.id === id ? { ...each, ...part } : each))),
    [],
  );
  const drop = useCallback((id: number) => setUploads((all) => all.filter((each) => each.id !== id)), []);

  const work = useCallback(async () => {
    while (running.current.size < AT_ONCE) {
      const upload = waiting.current.shift();
      if (!upload) return;
      const stop = new AbortController();
      running.current.set(upload.id, stop);
      const onProgress = (sent: number) => change(upload.id, { sent });
      void uploadFile(upload.file, { onProgress, signal: stop.signal, expiresAfter })
        .then((file) => {
          drop(upload.id);
          stored.current(file);
        })
        .catch((thrown) => {
          if (!stop.signal.aborted) change(upload.id, { error: asApiError(thrown) });
        })
        .finally(() => {
          running.current.delete(upload.id);
          void work();
        });
    }
  }, [change, drop, expiresAfter]);

  useEffect(() => {
    const all = running.current;
    return () => {
      for (const stop of all.values()) stop.abort();
    };
  }, []);

  return {
    uploads,
    add(files: readonly File[]) {
      const more = files.map((file) => ({ id: next++, file, sent: 0, error: null }));
      setUploads((all) => [...all, ...more]);
      waiting.current.push(...more);
      void work();
    },
    cancel(id: number) {
      waiting.current = waiting.current.filter((each) => each.id !== id);
      running.current.get(id)?.abort();
      drop(id);
    },
    retry(upload: Upload) {
      change(upload.id, { error: null, sent: 0 });
      waiting.current.push(upload);
      void work();
    },
  };
}
