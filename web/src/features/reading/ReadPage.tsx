import { useEffect, useMemo } from "react";
import { useSearch } from "wouter";
import { Failure, Loading } from "@/components/states";
import { useFile } from "@/features/files";
import { titled } from "@/lib/site-name";
import { Reader } from "./Reader";
import type { Reading } from "./shown";

/** A file on a page of its own. The address may name a part, from 1, and a passage of the text. */
export default function ReadPage({ fileId }: { fileId: string }) {
  const { data: file, error } = useFile(fileId);
  const search = useSearch();
  const shown = useMemo((): Reading | null => {
    if (!file) return null;
    const asked = new URLSearchParams(search);
    const number = (name: string) => {
      const value = asked.get(name);
      return value !== null && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
    };
    const { filename } = file;
    const part = number("page");
    const passage =
      part === undefined
        ? null
        : { fileId, filename, part: Math.max(0, part - 1), start: number("start"), end: number("end") };
    return { fileId, filename, passage, passages: [], opened: 0 };
  }, [file, fileId, search]);
  useEffect(() => {
    document.title = titled(file?.filename);
  }, [file?.filename]);
  if (error) return <Failure error={error} className="m-6" />;
  if (!shown) return <Loading className="h-full" />;
  return <Reader reading={shown} onPassage={() => undefined} />;
}
