#!/usr/bin/env node
/** @file The process around the command line: signals, streams and the only `process.exit`. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commands } from './commands/all.ts'
import type { Writer } from './output.ts'
import { runCli } from './run.ts'
import { stopping, watchOutput } from './stopping.ts'

const root = new URL('../../', import.meta.url)
const about: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const version =
  typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : 'unknown'

/** Node's exit code where an awaited promise can no longer settle. */
const unsettled = 13

const stop = stopping(process, (text) => process.stderr.write(text))

const writer = (stream: NodeJS.WriteStream): Writer => ({
  write: (text) => {
    stream.write(text)
  },
  columns: stream.isTTY ? stream.columns : undefined,
})
const output = watchOutput(process.stdout, () => process.exit(0), stop.end)
// nobody reads what long work says any more: end it as Ctrl-C does
process.stderr.on('error', stop.end)
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
  signal: stop.signal,
  doing: stop.doing,
  version,
  glossary: fileURLToPath(new URL('docs/glossary.md', root)),
  debug: process.env['COSFACE_DEBUG'] !== undefined,
})
// what was written reaches a pipe before the process ends; an error of it has then been heard of
process.stdout.write('', () => {
  setImmediate(() => {
    if (output.reason === undefined) process.exit(code)
    process.stderr.write(`cosface: the result could not be written to stdout (${output.reason})\n`)
    process.exit(1)
  })
})
