import { type RefObject, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/states";
import type { Marks } from "../places/marks";
import { PdfPage } from "./PdfPage";
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
  const { opened, error } = usePdf(fileId);
  useEffect(() => {
    if (opened) onPages(opened.pdf.numPages);
  }, [opened, onPages]);
  useEffect(() => {
    if (error) onFailure();
  }, [error, onFailure]);
  if (!opened) return <Loading label={t("opening")} className="h-full" />;
  const { pdf, first } = opened;
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
