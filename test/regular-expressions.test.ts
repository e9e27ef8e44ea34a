/**
 * @file No regular expression goes back over its input: each takes a time in proportion to the text, whatever the text is. Found in the
 * syntax tree, shown by an analysis of the expression, so nothing is timed.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyse } from 'scslre'
import { expect, it } from 'vitest'
import { parseSync } from 'vite'

const root = join(import.meta.dirname, '..')

interface Found {
  readonly path: string
  readonly source: string
  readonly flags: string
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Regular expressions written down, and `new RegExp`, whose text nobody can check here. */
const expressionsOf = (path: string): { readonly literals: Found[]; readonly made: string[] } => {
  const literals: Found[] = []
  const made: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (!isObject(node)) return
    const { regex, callee } = node
    if (isObject(regex)) {
      literals.push({ path, source: String(regex['pattern']), flags: String(regex['flags']) })
      return
    }
    if (isObject(callee) && callee['name'] === 'RegExp') made.push(path)
    Object.values(node).forEach(visit)
  }
  visit(parseSync(path, readFileSync(join(root, path), 'utf8')).program)
  return { literals, made }
}

const files = ['src', 'studio'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name)),
)

const goesBack = ({ source, flags }: Pick<Found, 'source' | 'flags'>): string[] =>
  analyse({ source, flags }).reports.map(
    ({ type, character }) => `${type}: many ${JSON.stringify(character.pick)}`,
  )

it('is none that goes back over its input', () => {
  const found = files.map(expressionsOf)
  const literals = found.flatMap((file) => file.literals)
  expect(literals.length).toBeGreaterThan(100)
  const slow = literals.flatMap((one) =>
    goesBack(one).map((reason) => `${one.path}: /${one.source}/${one.flags} (${reason})`),
  )
  expect(slow).toEqual([])
  expect(found.flatMap(({ made }) => made)).toEqual([])
})

it.each(['\\s+\\S+$', '^(.*\\S)[ \\t,;]+(\\d{1,15})$', '^(?:\\d+,?)*$', '/+$'])(
  'would be found: %s',
  (source) => {
    expect(goesBack({ source, flags: '' })).not.toEqual([])
  },
)
