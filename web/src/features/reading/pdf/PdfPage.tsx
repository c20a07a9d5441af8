import type { PDFDocumentProxy } from "pdfjs-dist";
import { type RefObject, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePart } from "@/features/files";
import { useFormat } from "@/lib/i18n/format";
import { type Marks, marksOf, targetIn } from "../marks";
import { useGoTo } from "../use-go-to";
import { useNearView } from "../use-near-view";
import { Highlights } from "./Highlights";
import { PageText } from "./PageText";
import type { Size } from "./pdf-document";
import { useDrawnPage } from "./use-drawn-page";

interface PdfPageProps {
  fileId: string;
  pdf: PDFDocumentProxy;
  number: number;
  /** Its size until it is known, in points. */
  expected: Size;
  marks: Marks;
  scroller: RefObject<HTMLElement | null>;
  zoom: number;
}

/** One page: its picture, over it the text that the server read, and what is marked of it. */
export function PdfPage({ fileId, pdf, number, expected, marks, scroller, zoom }: PdfPageProps) {
  const { t } = useTranslation("reading");
  const format = useFormat();
  const box = useRef<HTMLElement>(null);
  const near = useNearView(box, scroller);
  const [size, setSize] = useState(expected);
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawnPage(canvas, { pdf, number, zoom, on: near, onSize: setSize });
  const { part } = usePart(fileId, number, near);
  const target = part && targetIn(part, marks);
  useGoTo(box, scroller, marks.target?.part === number ? marks.target : null, Boolean(target));
  return (
    <section
      ref={box}
      data-part={number}
      aria-label={t("page", { number: format.number(number + 1) })}
      className="relative w-full overflow-hidden bg-white shadow-raised"
      style={{ aspectRatio: `${size.width} / ${size.height}` }}
    >
      {near ? <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" /> : null}
      {part ? <Highlights part={part} marks={marksOf(part, marks)} target={target ?? null} /> : null}
      {part && near ? <PageText part={part} /> : null}
    </section>
  );
}
