import type { PDFDocumentProxy } from "pdfjs-dist";
import { type RefObject, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePart } from "@/features/files";
import { useFormat } from "@/lib/i18n/format";
import { type Marks, marksOf, targetIn } from "../places/marks";
import { useGoTo } from "../places/use-go-to";
import { useNearView } from "../places/use-near-view";
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

/** One page; of one that nobody is near to there is only a box of its size. */
export function PdfPage({ expected, ...shown }: PdfPageProps) {
  const { number, marks, scroller } = shown;
  const { t } = useTranslation("reading");
  const format = useFormat();
  const box = useRef<HTMLElement>(null);
  const near = useNearView(box, scroller);
  const [size, setSize] = useState(expected);
  const aimed = marks.target?.part === number;
  return (
    <section
      ref={box}
      data-part={number}
      aria-label={t("page", { number: format.number(number + 1) })}
      className="relative w-full overflow-hidden bg-white shadow-raised"
      style={{ aspectRatio: `${size.width} / ${size.height}` }}
    >
      {near || aimed ? <Drawn {...shown} box={box} near={near} onSize={setSize} /> : null}
    </section>
  );
}

interface DrawnProps extends Omit<PdfPageProps, "expected"> {
  box: RefObject<HTMLElement | null>;
  near: boolean;
  onSize: (size: Size) => void;
}

/** The picture of a page, over it the text that the server read, and what is marked of it. */
function Drawn({ fileId, pdf, number, marks, scroller, zoom, box, near, onSize }: DrawnProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawnPage(canvas, { pdf, number, zoom, on: near, onSize });
  const { part } = usePart(fileId, number);
  const target = part && targetIn(part, marks);
  useGoTo(box, scroller, marks.target?.part === number ? marks.target : null, Boolean(target));
  return (
    <>
      {near ? <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" /> : null}
      {part ? <Highlights part={part} marks={marksOf(part, marks)} target={target ?? null} /> : null}
      {part ? <PageText part={part} /> : null}
    </>
  );
}
