/** PDFs in the browser: only for drawing their pages; what they say is read by the server. */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy, version } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { useEffect, useState } from "react";
import { sessionHeaders } from "@/lib/api";
import { at } from "@/lib/base";

GlobalWorkerOptions.workerSrc = workerUrl;

/** What pdf.js asks for when a file needs it: tables of Asian scripts, fonts that files leave out, decoders. */
const resources = at(`/assets/pdfjs-${version}`);

/** Opens a stored PDF, of which only the pages that are looked at are sent. */
export function usePdf(fileId: string): { pdf: PDFDocumentProxy | null; error: unknown } {
  const [state, setState] = useState<{ pdf: PDFDocumentProxy | null; error: unknown }>({
    pdf: null,
    error: null,
  });
  useEffect(() => {
    const task = getDocument({
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
    task.promise.then(
      (pdf) => !left && setState({ pdf, error: null }),
      (error) => !left && setState({ pdf: null, error }),
    );
    return () => {
      left = true;
      setState({ pdf: null, error: null });
      void task.destroy();
    };
  }, [fileId]);
  return state;
}

export interface Size {
  width: number;
  height: number;
}
