/**
 * Draws pages one after the other, of those that wait always the one that is nearest to the middle of the window: the
 * page that somebody came for is not slowed by its neighbours.
 */
interface Job {
  canvas: Element;
  /** Ends also when the page goes out of sight, whatever the worker does. */
  draw: () => Promise<void>;
}

const jobs: Job[] = [];
let busy = false;

export function drawInTurn(job: Job): void {
  jobs.push(job);
  if (!busy) void work();
}

async function work(): Promise<void> {
  busy = true;
  // Pages that come into sight together are all known a moment later.
  await Promise.resolve();
  for (let next = nearest(); next; next = nearest()) {
    jobs.splice(jobs.indexOf(next), 1);
    // A page that cannot be drawn stays white; its text is there to be read.
    await next.draw().catch(() => undefined);
  }
  busy = false;
}

function nearest(): Job | undefined {
  const away = ({ canvas }: Job) => {
    const { top, bottom } = canvas.getBoundingClientRect();
    return Math.abs(top + bottom - window.innerHeight);
  };
  return jobs.toSorted((one, other) => away(one) - away(other))[0];
}
