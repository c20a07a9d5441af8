import { useEffect, useState } from "react";

function midnightAfter(now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

/** A moment of today, in milliseconds: changes when the day does, and when a sleeping device wakes on another day. */
export function useToday(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const check = () => setNow((before) => (Date.now() >= midnightAfter(before) ? Date.now() : before));
    const timer = setInterval(check, 60_000);
    document.addEventListener("visibilitychange", check);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", check);
    };
  }, []);
  return now;
}
