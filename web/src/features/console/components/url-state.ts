/** Filters that live in the address, so that reload, back and a sent link show the same. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

export type Filters = Record<string, string>;

/** The filters that an address holds; what is missing has its default, and foreign parameters are left alone. */
export function readFilters<F extends Filters>(params: URLSearchParams, defaults: F): F {
  const read: Filters = {};
  for (const [name, standard] of Object.entries(defaults)) read[name] = params.get(name) ?? standard;
  return read as F;
}

/** The address that holds the filters; defaults are left out, so that the plain address is the plain list. */
export function writeFilters<F extends Filters>(
  params: URLSearchParams,
  filters: Partial<F>,
  defaults: F,
): URLSearchParams {
  const written = new URLSearchParams(params);
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined || value === "" || value === defaults[name]) written.delete(name);
    else written.set(name, value);
  }
  return written;
}

/** The filters in the address, and a way to change some of them. Give defaults that stay the same object. */
export function useFilters<F extends Filters>(defaults: F): [F, (change: Partial<F>) => void] {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params, defaults), [params, defaults]);
  const change = useCallback(
    (wanted: Partial<F>) => setParams((before) => writeFilters(before, wanted, defaults), { replace: true }),
    [setParams, defaults],
  );
  return [filters, change];
}
