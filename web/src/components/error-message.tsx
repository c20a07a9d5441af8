import { type Fault, wordsOf } from "@/lib/errors/texts";

/** What went wrong, in the person's language, and under it what the server says of it where that is more. */
export function ErrorMessage({ fault }: { fault: Fault }) {
  const { text, detail } = wordsOf(fault);
  return (
    <>
      <span dir="auto" className="block">
        {text}
      </span>
      {detail ? (
        <span dir="ltr" lang="en" className="mt-0.5 block text-start text-[0.8125rem]">
          {detail}
        </span>
      ) : null}
    </>
  );
}
