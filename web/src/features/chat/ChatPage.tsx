export function ChatPage({ chatId }: { chatId: string | null }) {
  return <p>{chatId}</p>;
}
