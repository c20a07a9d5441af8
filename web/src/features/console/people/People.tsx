export default function People({ tab }: { tab: string }) {
  return <p>{tab}</p>;
}
