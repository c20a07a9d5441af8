/** "a, b\n c" as a list: what people type into a field for several names. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[\s,،，;]+/).filter(Boolean))];
}

const DAY = 86_400;

/** The lives that are offered for a key; null lives until it is deleted. */
export const LIVES: readonly { id: string; seconds: number | null }[] = [
  { id: "never", seconds: null },
  { id: "day", seconds: DAY },
  { id: "week", seconds: 7 * DAY },
  { id: "month", seconds: 30 * DAY },
  { id: "quarter", seconds: 90 * DAY },
  { id: "year", seconds: 365 * DAY },
];

export function secondsOf(life: string): number | null {
  return LIVES.find((each) => each.id === life)?.seconds ?? null;
}

const BYTE = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(`^(?:${BYTE}\\.){3}${BYTE}$`);

/** Whether it is an IP address, or a network such as 10.0.0.0/8. The server looks at it again, to the bit. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = IPV4.test(address) ? 4 : isIpv6(address) ? 6 : null;
  if (version === null || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function isIpv6(text: string): boolean {
  if (!/^[\da-f:.]{2,45}$/i.test(text)) return false;
  try {
    return new URL(`http://[${text}]`).hostname !== "";
  } catch {
    return false;
  }
}
