import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Failure, Loading } from "@/components/states";
import { send } from "@/lib/request";

interface ImageViewProps {
  fileId: string;
  filename: string;
  zoom: number;
}

/** A picture. The server offers every file as a download; here it can be nothing but a picture. */
export function ImageView({ fileId, filename, zoom }: ImageViewProps) {
  const { data, error } = useQuery({
    queryKey: ["files", fileId, "picture"],
    queryFn: async ({ signal }) => (await send("GET", `/v1/files/${fileId}/content`, { signal })).blob(),
    gcTime: 60_000,
    retry: false,
  });
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!data) return;
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  if (error) return <Failure error={error} className="m-6" />;
  if (!url) return <Loading className="h-full" />;
  return (
    <img src={url} alt={filename} className="m-auto max-w-none p-3" style={{ width: `${zoom * 100}%` }} />
  );
}
