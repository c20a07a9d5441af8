/** What a task made: files that its turns published, and those in the place where its commands run. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { send } from "@/lib/request";
import { saveFile } from "@/lib/save-file";
import { getAll, getIfThere, OWN } from "../session/requests";
import type { AgentSession } from "../session/types";

export interface MadeFile {
  id: string;
  name: string;
  bytes: number;
  /** Where its content is. */
  content: string;
  /** Changes when the content does. */
  version: string;
}

interface Artifact {
  id: string;
  path: string;
  size_bytes: number;
}

interface ContainerFile {
  id: string;
  path: string;
  bytes: number;
  created_at: number;
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** @param seen changes when there may be new files */
export function useResults(session: AgentSession, seen: string) {
  return useQuery({
    queryKey: ["tasks", session.id, "artifacts", seen],
    queryFn: async ({ signal }): Promise<readonly MadeFile[]> => {
      const at = `/v1/agents/sessions/${session.id}/artifacts`;
      if ((await getIfThere(`${at}?limit=1`, signal)) === null) return [];
      return (await getAll<Artifact>(at, signal)).map(({ id, path, size_bytes }) => ({
        ...{ id, name: nameOf(path), bytes: size_bytes },
        ...{ content: `${at}/${id}/content`, version: id },
      }));
    },
    placeholderData: keepPreviousData,
  });
}

/** The files in its container, which go with it; nothing where it has none. */
export function useWorkspace(session: AgentSession, seen: string) {
  const container = session.environment.type === "none" ? undefined : session.environment.id;
  return useQuery({
    queryKey: ["tasks", session.id, "workspace", seen],
    enabled: container !== undefined,
    queryFn: async ({ signal }): Promise<readonly MadeFile[]> => {
      const at = `/v1/containers/${container}/files`;
      if ((await getIfThere(`${at}?limit=1`, signal)) === null) return [];
      return (await getAll<ContainerFile>(at, signal)).map(({ id, path, bytes, created_at }) => ({
        ...{ id, name: nameOf(path), bytes },
        ...{ content: `${at}/${id}/content`, version: `${seen}-${bytes}-${created_at}` },
      }));
    },
    placeholderData: keepPreviousData,
  });
}

export async function fetchContent(file: MadeFile, signal?: AbortSignal): Promise<Blob> {
  return (await send("GET", file.content, { signal })).blob();
}

export function useContent(file: MadeFile) {
  return useQuery({
    queryKey: ["tasks", "content", file.content, file.version],
    queryFn: ({ signal }) => fetchContent(file, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
}

export async function saveMadeFile(file: MadeFile): Promise<void> {
  saveFile(await fetchContent(file), file.name);
}

/** All published files in one archive. */
export async function saveArchive(session: AgentSession, name: string): Promise<void> {
  const reply = await send("GET", `${OWN}/sessions/${session.id}/artifacts.zip`);
  saveFile(await reply.blob(), name);
}

export type PreviewKind = "markdown" | "html" | "table" | "picture" | "sound" | "text" | "document" | "none";

const KINDS: readonly [RegExp, PreviewKind][] = [
  [/\.(md|markdown)$/i, "markdown"],
  [/\.html?$/i, "html"],
  [/\.(csv|tsv)$/i, "table"],
  [/\.(png|jpe?g|gif|webp|bmp|avif|svg)$/i, "picture"],
  [/\.(mp3|wav|ogg|oga|opus|m4a|flac)$/i, "sound"],
  [/\.(pdf|docx?|xlsx?|xlsm|ods|odt|odp|pptx?|rtf|epub)$/i, "document"],
  [
    /\.(txt|log|py|js|mjs|tsx?|jsx|c|h|cpp|rs|go|java|rb|sh|sql|css|jsonl?|ya?ml|toml|xml|ini|cfg|tex|srt)$/i,
    "text",
  ],
];

/** How a file is shown, by the end of its name. */
export function previewOf(name: string): PreviewKind {
  return KINDS.find(([ending]) => ending.test(name))?.[1] ?? (name.includes(".") ? "none" : "text");
}
