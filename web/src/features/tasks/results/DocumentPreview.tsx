import { useQuery } from "@tanstack/react-query";
import { Failure, Loading } from "@/components/states";
import { uploadFile } from "@/features/files";
import { Reader } from "@/features/reading/parts";
import type { MadeFile } from "./files";

/** Seconds for which the server keeps the copy that it reads: its shortest time. */
const KEPT = 3600;

/** A document as the library shows it. The server reads stored files, so it is given a copy, for an hour. */
export default function DocumentPreview({ file, bytes }: { file: MadeFile; bytes: Blob }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["tasks", "copy", file.content, file.version],
    queryFn: ({ signal }) =>
      uploadFile(new File([bytes], file.name), { onProgress: () => undefined, signal, expiresAfter: KEPT }),
    staleTime: (KEPT / 2) * 1000,
    gcTime: (KEPT / 2) * 1000,
    retry: false,
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const reading = { fileId: data.id, filename: file.name, passage: null, passages: [], opened: 0 };
  return (
    <div className="h-[70dvh] overflow-hidden rounded-xl border border-line">
      <Reader reading={reading} onPassage={() => undefined} />
    </div>
  );
}
