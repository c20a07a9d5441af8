/** The moon of the app, as `favicon.svg` has it: drawn here, so that the first page needs no request for it. */
export function Logo({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="8" fill="#12202b" />
      <circle cx="16" cy="16" r="10" fill="#2c4a5c" />
      <path d="M16 6a10 10 0 0 1 0 20 13 13 0 0 0 0-20z" fill="#ffd98a" />
    </svg>
  );
}
