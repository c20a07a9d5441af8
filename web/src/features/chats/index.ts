export { change, changed } from "./changes";
export {
  type Chat,
  type ChatChange,
  type ChatFilter,
  type ChatSettings,
  chatModelNames,
  chatQuery,
  freshenChats,
  type Model,
  showChat,
  useChat,
  useChats,
  useDeleteChat,
  useModels,
  useUpdateChat,
} from "./queries";
