import { describe, expect, test } from "vitest";
import { directedParts, partsToCutOff } from "./bidi";

const kept = (text: string) =>
  directedParts(text)
    .filter((part) => part.direction)
    .map((part) => part.text);

describe("what is kept together in an Arabic text", () => {
  test.each<[string, string[]]>([
    ["استخدم read_csv() لقراءة الملف", ["read_csv()"]],
    ["الدالة (read_csv()) مفيدة", ["read_csv()"]],
    ["استعمل pd.read_csv('a.csv'), ثم انتظر", ["pd.read_csv('a.csv')"]],
    ["الموعد 2026-11-29 مساءً", ["2026-11-29"]],
    ["الموعد 29/11/2026.", ["29/11/2026"]],
    ["في ملف /etc/hosts، أو ~/.bashrc", ["/etc/hosts", "~/.bashrc"]],
    ["المسار C:\\Users\\me", ["C:\\Users\\me"]],
    ["زر https://example.org/a?b=1.", ["https://example.org/a?b=1"]],
    ["راسل amira@example.org!", ["amira@example.org"]],
    ["درجة -5 أو +3", ["-5", "+3"]],
    ["لغة C++ ولغة C# و.NET", ["C++", "C#", ".NET"]],
    ["المسألة #1 أولًا", ["#1"]],
    ["النسخة v2.5.1-rc.1 جديدة", ["v2.5.1-rc.1"]],
    ["الثمن $0.018 فقط", ["$0.018"]],
    ["زاد 50% اليوم", ["50%"]],
    ["شغّل git commit --amend الآن", ["git commit --amend"]],
    ["اكتب pip install pandas==2.1 الآن", ["pip install pandas==2.1"]],
    ["العام 2026 read_csv() جديدة", ["read_csv()"]],
    ["بـread_csv() وto_csv()", ["read_csv()", "to_csv()"]],
    ['من «C++» إلى "F#"', ["C++", "F#"]],
    ["المفتاح a[0] و{x}", ["a[0]", "{x}"]],
    ["שלום read_csv() עולם", ["read_csv()"]],
    // Unicode keeps these in order by itself.
    ["تعلّم Python 3.11 بسرعة", []],
    ["من 10-20 شخصًا", []],
    ["الساعة 10:30 والثمن 1,000.50", []],
    ["نصّ عربيّ فقط؟", []],
    ["– شرطة … ثم (قوس)", []],
    ["الأرقام ٢٠٢٦-١١-٢٩", []],
    ["read_csv() in English only, 2026-11-29", []],
    ["", []],
  ])("%s", (text, expected) => {
    expect(kept(text)).toEqual(expected);
    expect(
      directedParts(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  });

  test("a long text takes no longer than its length", () => {
    const began = performance.now();
    directedParts(`ا ${"((((".repeat(20_000)} ${"a() ".repeat(50_000)}${"ب".repeat(100_000)}`);
    expect(performance.now() - began).toBeLessThan(1500);
  });
});

describe("what is cut off whole", () => {
  const names = (text: string) =>
    partsToCutOff(text)
      .filter((part) => part.direction)
      .map((part) => [part.direction, part.text]);
  test.each<[string, string[][]]>([
    ["قراءة ملف CSV", [["ltr", "CSV"]]],
    [
      "قراءة ملف data.csv بلغة Python",
      [
        ["ltr", "data.csv"],
        ["ltr", "Python"],
      ],
    ],
    ["What does قراءة ملف mean", [["rtl", "قراءة ملف"]]],
    ["Read a CSV file", []],
    ["قراءة", []],
  ])("%s", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
});
