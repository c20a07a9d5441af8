export default function RequestLog() {
  return null;
}
