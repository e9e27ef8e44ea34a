#!/usr/bin/env node
/** @file The process around the command line: signals, streams and the only `process.exit`. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commands } from './commands/all.ts'
import type { Writer } from './output.ts'
import { runCli } from './run.ts'

const root = new URL('../../', import.meta.url)
const about: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const version =
  typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : 'unknown'

/** Node's exit code where an awaited promise can no longer settle. */
const unsettled = 13

const abort = new AbortController()
let signals = 0
const interrupted = (): void => {
  signals++
  if (signals > 1) {
    process.stderr.write('\nStopped at once; what was saved before is whole.\n')
    process.exit(1)
  }
  process.stderr.write('\nFinishing the step in hand; once more stops at once.\n')
  abort.abort()
}
process.on('SIGINT', interrupted)
process.on('SIGTERM', interrupted)

const writer = (stream: NodeJS.WriteStream): Writer => ({
  write: (text) => {
    stream.write(text)
  },
  columns: stream.isTTY ? stream.columns : undefined,
})
// the reader of a pipe may leave early (`| head`); that is no failure worth a stack
process.stdout.on('error', () => process.exit(0))
// nobody reads what long work says any more: end it as Ctrl-C does
process.stderr.on('error', () => abort.abort())
// with nothing left to wait for and the command not done, Node would end silently with 13
process.on('exit', (status) => {
  if (status !== unsettled) return
  process.exitCode = 1
  process.stderr.write(
    'cosface: ended before its work was done; this is a fault in cosface, please report it\n',
  )
})

const code = await runCli(commands, process.argv.slice(2), {
  stdout: writer(process.stdout),
  stderr: writer(process.stderr),
  signal: abort.signal,
  version,
  glossary: fileURLToPath(new URL('docs/glossary.md', root)),
  debug: process.env['COSFACE_DEBUG'] !== undefined,
})
// what was written reaches a pipe before the process ends
process.stdout.write('', () => process.exit(code))
