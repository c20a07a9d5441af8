/** The files that a person has on the server. */
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type StoredFile = Schemas["File"];

/** Read one page after another; few people have more than one. */
const PAGE = 1000;

async function readAll(signal: AbortSignal): Promise<StoredFile[]> {
  const all: StoredFile[] = [];
  for (;;) {
    const query = { limit: PAGE, after: all.at(-1)?.id };
    const page = await data(api.GET("/v1/files", { params: { query }, signal }));
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

const filesQuery = queryOptions({ queryKey: ["files"], queryFn: ({ signal }) => readAll(signal) });

/** All of them, newest first. */
export function useFiles() {
  return useQuery(filesQuery);
}

/** What is known of one file; it is an error when it is gone. */
export function useFile(id: string) {
  return useQuery({
    queryKey: ["files", id],
    queryFn: ({ signal }) =>
      data(api.GET("/v1/files/{file_id}", { params: { path: { file_id: id } }, signal })),
    initialData: () => queryClient.getQueryData<StoredFile[]>(["files"])?.find((each) => each.id === id),
    staleTime: 300_000,
    retry: false,
  });
}

/** Puts a new file on top of the list, where that is known. */
export function showFile(file: StoredFile): void {
  queryClient.setQueryData<StoredFile[]>(["files"], (known) => known && [file, ...known]);
  queryClient.setQueryData(["files", file.id], file);
}

export function useRenameFile() {
  return useMutation({
    mutationFn: ({ id, filename }: { id: string; filename: string }) => {
      const params = { path: { file_id: id } };
      return data(api.PATCH("/earthshine/v1/files/{file_id}", { params, body: { filename } }));
    },
    onSuccess: (file) => {
      queryClient.setQueryData<StoredFile[]>(["files"], (known) =>
        known?.map((each) => (each.id === file.id ? file : each)),
      );
      queryClient.setQueryData(["files", file.id], file);
    },
  });
}

export async function deleteFile(id: string): Promise<void> {
  await data(api.DELETE("/v1/files/{file_id}", { params: { path: { file_id: id } } }));
  queryClient.setQueryData<StoredFile[]>(["files"], (known) => known?.filter((each) => each.id !== id));
  queryClient.removeQueries({ queryKey: ["files", id] });
}
