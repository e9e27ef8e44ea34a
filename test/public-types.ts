/** @file The public types as text: what each door exports, with the declarations it stands for. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '..')

export const doors: readonly string[] = ['index', 'node/index', 'web/index']

/** Declarations of every door, comments left out, in the order of the doors' lists. */
export function publicTypes(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosface-types-'))
  try {
    const tsc = join(root, 'node_modules', '.bin', 'tsc')
    const options = [
      '-p',
      'tsconfig.build.json',
      '--emitDeclarationOnly',
      '--declarationMap',
      'false',
      '--outDir',
      folder,
    ]
    spawnSync(tsc, options, { cwd: root, encoding: 'utf8' })
    return doors.map((door) => doorTypes(folder, door)).join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function doorTypes(folder: string, door: string): string {
  const text = withoutComments(readFileSync(join(folder, `${door}.d.ts`), 'utf8'))
  const parts = [`// ${door === 'index' ? 'cosface' : `cosface/${dirname(door)}`}`]
  for (const match of text.matchAll(/export\s+(type\s+)?\{([^}]*)\}\s+from\s+['"]([^'"]+)['"]/g)) {
    const file = normalize(join(folder, dirname(door), match[3] ?? '')).replace(/\.[jt]s$/, '.d.ts')
    const declarations = statements(withoutComments(readFileSync(file, 'utf8')))
    for (const entry of (match[2] ?? '').split(',')) {
      const name =
        entry
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s+as\s+/)[0] ?? ''
      if (name === '') continue
      const found = declarations.filter((one) => declaredName(one) === name)
      if (found.length === 0) throw new Error(`${door} exports ${name}, which ${file} does not declare`)
      parts.push(...found.map((one) => one.replace(/^export declare |^export /, '')))
    }
  }
  return `${parts.join('\n\n')}\n`
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\n)\s*\/\/[^\n]*/g, '$1')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
}

function declaredName(statement: string): string | undefined {
  return /^export (?:declare )?(?:abstract )?(?:function|const|class|interface|type)\s+([\w$]+)/.exec(
    statement,
  )?.[1]
}

/** Top-level statements of a declaration file: each begins at column 0 and goes on until the next one does. */
function statements(text: string): string[] {
  const result: string[] = []
  for (const line of text.split('\n')) {
    if (/^[^\s})\]]/.test(line) || result.length === 0) result.push(line)
    else result[result.length - 1] += `\n${line}`
  }
  return result
}
