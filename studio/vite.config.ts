/** @file Builds the lab into static files that any host can serve, at any path. */
import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'vite'
import { licences } from './licences.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

const notices = licences()

const config: UserConfig = {
  root: folder,
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // the runtime's loader and its binary are files of their own, so that its threads can start from the loader
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production', 'import'] },
  plugins: [notices.page],
  worker: { format: 'es', plugins: () => [notices.worker] },
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
