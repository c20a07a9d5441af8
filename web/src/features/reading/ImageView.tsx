import { Failure, Loading } from "@/components/states";
import { useFileUrl } from "@/features/files";

interface ImageViewProps {
  fileId: string;
  filename: string;
  zoom: number;
}

/** A picture, as large as its reader wants it. */
export function ImageView({ fileId, filename, zoom }: ImageViewProps) {
  const { url, error } = useFileUrl(fileId);
  if (error) return <Failure error={error} className="m-6" />;
  if (!url) return <Loading className="h-full" />;
  return (
    <img src={url} alt={filename} className="m-auto max-w-none p-3" style={{ width: `${zoom * 100}%` }} />
  );
}
