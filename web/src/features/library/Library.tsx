export default function Library({ kind }: { kind: string }) {
  return <p>{kind}</p>;
}
