/** Names of languages as they stand after a fence, and as people call them. */
const NAMES: Record<string, string> = Object.assign(Object.create(null), {
  bash: "Bash",
  c: "C",
  cpp: "C++",
  csharp: "C#",
  css: "CSS",
  diff: "Diff",
  dockerfile: "Dockerfile",
  go: "Go",
  graphql: "GraphQL",
  haskell: "Haskell",
  ini: "INI",
  java: "Java",
  javascript: "JavaScript",
  json: "JSON",
  julia: "Julia",
  kotlin: "Kotlin",
  latex: "LaTeX",
  lua: "Lua",
  makefile: "Makefile",
  markdown: "Markdown",
  matlab: "MATLAB",
  nginx: "nginx",
  objectivec: "Objective-C",
  perl: "Perl",
  php: "PHP",
  plaintext: "",
  powershell: "PowerShell",
  protobuf: "Protocol Buffers",
  python: "Python",
  r: "R",
  ruby: "Ruby",
  rust: "Rust",
  scala: "Scala",
  scss: "SCSS",
  sql: "SQL",
  swift: "Swift",
  typescript: "TypeScript",
  xml: "HTML, XML",
  yaml: "YAML",
});

const ALIASES: Record<string, string> = Object.assign(Object.create(null), {
  "c++": "cpp",
  "c#": "csharp",
  cs: "csharp",
  docker: "dockerfile",
  golang: "go",
  h: "c",
  hpp: "cpp",
  hs: "haskell",
  html: "xml",
  jl: "julia",
  js: "javascript",
  json5: "json",
  jsonc: "json",
  jsx: "javascript",
  kt: "kotlin",
  make: "makefile",
  md: "markdown",
  mjs: "javascript",
  "objective-c": "objectivec",
  objc: "objectivec",
  pl: "perl",
  proto: "protobuf",
  ps1: "powershell",
  py: "python",
  python3: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  shell: "bash",
  svg: "xml",
  tex: "latex",
  text: "plaintext",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  txt: "plaintext",
  vue: "xml",
  yml: "yaml",
  zsh: "bash",
});

/** The language that a fence names, by its usual name; empty where it names none. */
export function languageOf(info: string): string {
  const word = wordOf(info);
  return ALIASES[word] ?? word;
}

function wordOf(info: string): string {
  return (/^\{?\.?([^\s{},:]{1,40})/.exec(info.trim())?.[1] ?? "").toLowerCase();
}

/** How people call it; unknown ones keep the name that was written. */
export function languageName(info: string): string {
  const language = languageOf(info);
  return NAMES[language] ?? language;
}

/** How the names of files in a language end, where that is not the language's own name. */
const ENDINGS: Record<string, string> = Object.assign(Object.create(null), {
  bash: "sh",
  csharp: "cs",
  dockerfile: "dockerfile",
  haskell: "hs",
  javascript: "js",
  julia: "jl",
  kotlin: "kt",
  latex: "tex",
  makefile: "mk",
  markdown: "md",
  matlab: "m",
  mermaid: "mmd",
  nginx: "conf",
  objectivec: "m",
  perl: "pl",
  plaintext: "txt",
  powershell: "ps1",
  protobuf: "proto",
  python: "py",
  ruby: "rb",
  rust: "rs",
  typescript: "ts",
  yaml: "yml",
});

/** What else a fence says exactly: several kinds of file are coloured alike. */
const AS_WRITTEN = new Set("h hpp html json5 jsonc jsx mjs svg toml tsx vue zsh".split(" "));

/** A name for a file of this code; one of a language that nobody here knows is plain text. */
export function fileName(info: string): string {
  const word = wordOf(info);
  const language = languageOf(info);
  const ending = AS_WRITTEN.has(word)
    ? word
    : (ENDINGS[language] ?? (language in NAMES && /^[a-z]+$/.test(language) ? language : "txt"));
  return `code.${ending}`;
}
