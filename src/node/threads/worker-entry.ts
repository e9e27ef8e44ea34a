/** @file Where the code of worker threads lies. */

/**
 * The built file `name`.js of `node`, as `faces/batches-worker`, to start a worker thread from. Run from source (tests), the build's file is
 * used all the same, since Node 20 cannot load TypeScript.
 */
export function workerEntry(name: string): URL {
  const isSource = import.meta.url.endsWith('.ts')
  return new URL(isSource ? `../../../dist/node/${name}.js` : `../${name}.js`, import.meta.url)
}
