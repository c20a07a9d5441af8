export { change, changed } from "./changes";
export { chatModelNames, chatModels } from "./models";
export {
  type Chat,
  type ChatChange,
  type ChatFilter,
  type ChatSettings,
  chatQuery,
  type Model,
  refreshChats,
  showChat,
  useChat,
  useChats,
  useDeleteChat,
  useModels,
  useUpdateChat,
} from "./queries";
