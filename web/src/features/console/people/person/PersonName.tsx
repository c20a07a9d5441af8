import { Link } from "wouter";

/** Somebody's name, which leads to their page, and their address. */
export function PersonName({ person }: { person: { id: string; name: string; email: string } }) {
  return (
    <span className="flex min-w-0 flex-col items-start">
      <Link href={`/console/people/users/${person.id}`} className="font-medium text-accent hover:underline">
        <bdi>{person.name || person.email}</bdi>
      </Link>
      <bdi className="text-sm wrap-anywhere text-ink-faint">{person.email}</bdi>
    </span>
  );
}
