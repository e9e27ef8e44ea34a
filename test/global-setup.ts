/** @file Builds once before the tests: worker threads and the command line run from built files. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = path.join(root, '.cache', 'built')
/** What the compiler remembers of the last build, so that the next one compiles only what changed. */
const memory = path.join(root, '.cache', 'build.tsbuildinfo')

/** Brings `dist` up to date with `src`; type errors are left to `npm run check`. */
export async function setup(): Promise<void> {
  const isBuilt = existsSync(path.join(root, 'dist', 'index.js'))
  if (isBuilt && changedAt(stamp) >= newestSource()) return
  // with its memory but without the files it wrote, the compiler would write nothing
  if (!isBuilt) rmSync(memory, { force: true })
  const started = new Date()
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  // files are written even where a type is wrong: the tests show what that breaks
  const args = [compiler, '-p', 'tsconfig.build.json', '--incremental', '--tsBuildInfoFile', memory]
  await promisify(execFile)(process.execPath, args, { cwd: root }).catch(() => undefined)
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, '')
  utimesSync(stamp, started, started)
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newestSource(): number {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
  return Math.max(0, ...files.map((file) => changedAt(path.join(file.parentPath, file.name))))
}
