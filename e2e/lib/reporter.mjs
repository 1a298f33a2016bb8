// One line a test, and the closing line that `cargo xtask test` counts.
export default async function* reporter(events) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    if (type === "test:stderr" || type === "test:stdout") yield data.message;
    if (data?.details?.type === "suite" || !["test:pass", "test:fail"].includes(type)) continue;
    // A file counts only if it broke by itself.
    if (data.nesting === 0 && data.name.endsWith(".mjs") && type === "test:pass") continue;
    if (type === "test:pass") { passed += 1; yield `ok     ${data.name}\n`; }
    else { failed += 1; yield `FAILED ${data.name}\n${String(data.details.error?.cause?.stack ?? data.details.error?.cause ?? data.details.error)}\n`; }
  }
  yield `${passed} passed, ${failed} failed\n`;
}
