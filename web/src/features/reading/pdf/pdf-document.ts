/** PDFs in the browser: only for drawing their pages; what they say is read by the server. */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy, PDFWorker, version } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { useEffect, useState } from "react";
import { sessionHeaders } from "@/lib/api";
import { at } from "@/lib/base";

GlobalWorkerOptions.workerSrc = workerUrl;

/** What pdf.js asks for when a file needs it: tables of Asian scripts, fonts that files leave out, decoders. */
const resources = at(`/assets/pdfjs-${version}`);

/** A worker that has nothing to do: to start one takes longer than to draw a page. */
let idle: PDFWorker | null = new PDFWorker();
const STUCK_MS = 2000;

/** Keeps a worker for the next file, once it has let go of the last one; one that is stuck in a file is ended. */
function giveBack(worker: PDFWorker, free: Promise<void>): void {
  const stuck = setTimeout(() => worker.destroy(), STUCK_MS);
  void free.then(() => {
    clearTimeout(stuck);
    if (idle || worker.destroyed) worker.destroy();
    else idle = worker;
  });
}

export interface OpenPdf {
  pdf: PDFDocumentProxy;
  /** The size of the first page, which most others have. */
  first: Size;
}

/** Opens a stored PDF, of which only the pages that are looked at are sent. */
export function usePdf(fileId: string): { opened: OpenPdf | null; error: unknown } {
  const [state, setState] = useState<{ opened: OpenPdf | null; error: unknown }>(NOTHING);
  useEffect(() => {
    const worker = idle ?? new PDFWorker();
    idle = null;
    const task = getDocument({
      worker,
      url: new URL(at(`/v1/files/${encodeURIComponent(fileId)}/content`), window.location.href).href,
      httpHeaders: sessionHeaders("GET"),
      withCredentials: true,
      isEvalSupported: false,
      disableAutoFetch: true,
      disableStream: true,
      // A file of up to two of these comes in one request.
      rangeChunkSize: 2 ** 20,
      cMapUrl: `${resources}/cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${resources}/standard_fonts/`,
      wasmUrl: `${resources}/wasm/`,
      enableXfa: false,
    });
    let left = false;
    task.promise
      .then(async (pdf) => {
        const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
        if (!left) setState({ opened: { pdf, first: { width, height } }, error: null });
      })
      .catch((error) => !left && setState({ opened: null, error }));
    return () => {
      left = true;
      setState(NOTHING);
      giveBack(worker, task.destroy());
    };
  }, [fileId]);
  return state;
}

const NOTHING = { opened: null, error: null };

export interface Size {
  width: number;
  height: number;
}
