import type { PDFDocumentProxy, RenderTask } from "pdfjs-dist";
import { type RefObject, useEffect } from "react";
import { drawInTurn } from "./draw-in-turn";
import type { Size } from "./pdf-document";

/** Pixels of one picture: more would take memory that phones do not have. */
const MOST_PIXELS = 12_000_000;

interface Drawing {
  pdf: PDFDocumentProxy;
  number: number;
  zoom: number;
  /** Whether it is to be drawn now. */
  on: boolean;
  onSize: (size: Size) => void;
}

/** Draws a page in its canvas as sharp as the screen is, and stops when it goes out of sight. */
export function useDrawnPage(
  canvas: RefObject<HTMLCanvasElement | null>,
  { pdf, number, zoom, on, onSize }: Drawing,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the setter of a state never changes
  useEffect(() => {
    if (!on || !canvas.current) return;
    const stop = new AbortController();
    const { signal } = stop;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    let drawing: RenderTask | null = null;
    async function draw() {
      if (signal.aborted) return;
      const page = await pdf.getPage(number + 1);
      const target = canvas.current;
      if (signal.aborted || !target) return;
      const { width, height } = page.getViewport({ scale: 1 });
      onSize({ width, height });
      const wide = target.clientWidth * window.devicePixelRatio;
      const scale = Math.min(wide / width, Math.sqrt(MOST_PIXELS / (width * height)));
      const viewport = page.getViewport({ scale });
      // Drawn apart: a canvas that changes its size is empty until it is drawn.
      const picture = document.createElement("canvas");
      picture.width = Math.floor(viewport.width);
      picture.height = Math.floor(viewport.height);
      drawing = page.render({ canvas: picture, viewport });
      await drawing.promise;
      if (signal.aborted) return;
      target.width = picture.width;
      target.height = picture.height;
      target.getContext("2d")?.drawImage(picture, 0, 0);
      target.dataset.drawn = "";
    }
    drawInTurn({ canvas: canvas.current, draw: () => Promise.race([draw(), stopped]) });
    return () => {
      stop.abort();
      drawing?.cancel();
    };
  }, [canvas, pdf, number, zoom, on]);
}
