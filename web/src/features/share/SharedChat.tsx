export default function SharedChat({ token }: { token: string }) {
  return <p>{token}</p>;
}
