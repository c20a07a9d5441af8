/**
 * `localStorage` for what is larger than that takes: values of this device, by name, in IndexedDB.
 *
 * A device that keeps nothing (a private window, a full disk) is no error: nothing is found there later.
 */
import { createStore, del, get, set, type UseStore } from "idb-keyval";

let opened: UseStore | undefined;
const store = () => {
  opened ??= createStore("earthshine", "large");
  return opened;
};

export const largeStorage = {
  async get<T>(name: string): Promise<T | undefined> {
    try {
      return await get<T>(name, store());
    } catch {
      return undefined;
    }
  },

  /** Whether the value is kept now. */
  async set(name: string, value: unknown): Promise<boolean> {
    try {
      await set(name, value, store());
      return true;
    } catch {
      return false;
    }
  },

  async remove(name: string): Promise<void> {
    try {
      await del(name, store());
    } catch {
      // Then it was never kept.
    }
  },
};
