import type { PDFDocumentProxy } from "pdfjs-dist";
import { type RefObject, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/states";
import type { Marks } from "../marks";
import { PdfPage } from "./PdfPage";
import type { Size } from "./pdf-document";
import { usePdf } from "./pdf-document";

interface PdfPagesProps {
  fileId: string;
  marks: Marks;
  scroller: RefObject<HTMLElement | null>;
  /** 1: as wide as the pane. */
  zoom: number;
  onPages: (count: number) => void;
  /** Shows the text instead, when the pages cannot be drawn. */
  onFailure: () => void;
}

/** The pages of a PDF under one another. Those that nobody sees are empty boxes of the right size. */
export default function PdfPages({ fileId, marks, scroller, zoom, onPages, onFailure }: PdfPagesProps) {
  const { t } = useTranslation("reading");
  const { pdf, error } = usePdf(fileId);
  const first = useFirstSize(pdf);
  useEffect(() => {
    if (pdf) onPages(pdf.numPages);
  }, [pdf, onPages]);
  useEffect(() => {
    if (error) onFailure();
  }, [error, onFailure]);
  if (!pdf || !first) return <Loading label={t("opening")} className="h-full" />;
  return (
    <div className="mx-auto flex flex-col gap-3 p-3" style={{ width: `${zoom * 100}%` }}>
      {Array.from({ length: pdf.numPages }, (_, number) => (
        <PdfPage
          // biome-ignore lint/suspicious/noArrayIndexKey: a page is its number
          key={number}
          fileId={fileId}
          pdf={pdf}
          number={number}
          expected={first}
          marks={marks}
          scroller={scroller}
          zoom={zoom}
        />
      ))}
    </div>
  );
}

/** The size of the first page, which most others have. */
function useFirstSize(pdf: PDFDocumentProxy | null): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useEffect(() => {
    let left = false;
    void pdf?.getPage(1).then((page) => {
      const { width, height } = page.getViewport({ scale: 1 });
      if (!left) setSize({ width, height });
    });
    return () => {
      left = true;
      setSize(null);
    };
  }, [pdf]);
  return size;
}
