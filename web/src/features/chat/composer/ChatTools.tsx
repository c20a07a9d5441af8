import type { ChatSettings } from "@/features/chats";
import { useAssistant, useLibrary } from "@/features/library";
import { ToolsButton } from "@/features/tools";
import { CHIP } from "./chip";

interface ChatToolsProps {
  /** The chat's own; null where those of its assistant count. */
  own: ChatSettings["tools"];
  assistantId: string | null;
  spaceId: string | null;
  onChange: (tools: NonNullable<ChatSettings["tools"]>) => void;
}

/** Switches the tools of a chat; until somebody does, it has those of its assistant, or of its space's. */
export function ChatTools({ own, assistantId, spaceId, onChange }: ChatToolsProps) {
  const { data: spaces } = useLibrary("spaces", { enabled: !own && !assistantId && spaceId !== null });
  const inherited = assistantId ?? spaces?.find((each) => each.id === spaceId)?.assistant_id ?? null;
  const { data: assistant } = useAssistant(inherited);
  return <ToolsButton on={own ?? assistant?.tools ?? []} onChange={onChange} className={CHIP} />;
}
