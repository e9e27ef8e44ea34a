/** @file Builds the lab into static files that any host can serve, at any path. */
import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'vite'

const folder = fileURLToPath(new URL('.', import.meta.url))

const config: UserConfig = {
  root: folder,
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // the runtime's loader and its binary are files of their own, so that its threads can start from the loader
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production', 'import'] },
  worker: { format: 'es' },
  // the drawing library writes to Node's name for the global object
  define: { global: 'globalThis' },
  build: {
    outDir: fileURLToPath(new URL('../dist/studio', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
}

export default config
