import { expect, it } from "vitest";
import { isNetwork } from "./bounds";

it.each(["10.0.0.0/8", "192.168.1.7", "0.0.0.0/0", "::1", "2001:db8::/32", "::ffff:10.0.0.1", "fe80::/128"])(
  "%s is a network",
  (text) => expect(isNetwork(text)).toBe(true),
);

it.each([
  "10.0.0",
  "10.0.0.256",
  "10.0.0.0/33",
  "::/129",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "example.org",
  ":",
  "1::2::3",
  "10.0.0.-1",
  "",
  "x".repeat(9999),
])("%s is none", (text) => expect(isNetwork(text)).toBe(false));
