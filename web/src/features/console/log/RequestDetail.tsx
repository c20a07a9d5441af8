export default function RequestDetail({ id }: { id: string }) {
  return <p>{id}</p>;
}
