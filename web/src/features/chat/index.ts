export { ChatPage } from "./ChatPage";
export {
  type Chat,
  type ChatChange,
  type ChatFilter,
  type ChatSettings,
  chatQuery,
  dropChat,
  freshenChats,
  knownChat,
  showChat,
  useChat,
  useChats,
  useDeleteChat,
  useModels,
  useUpdateChat,
} from "./queries";
