import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { commands } from '../src/cli/commands/all.ts'
import { renderMarkdown } from '../src/cli/help.ts'
import { cliWith } from './cli-in-process.ts'
import { configure } from '../src/train/configure.ts'

const root = join(import.meta.dirname, '..')
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .sort(),
]
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

interface Block {
  readonly page: string
  readonly info: string
  readonly text: string
}

const blocks: readonly Block[] = pages.flatMap((page) =>
  [...read(page).matchAll(/(?:^|\n) *```([^\n]*)\n([\s\S]*?)\n *```/g)].map((match) => ({
    page,
    info: match[1] ?? '',
    text: match[2] ?? '',
  })),
)

it('docs/cli.md is what the tables say (npx vitest run test/docs.test.ts -u writes it anew)', async () => {
  await expect(renderMarkdown(commands)).toMatchFileSnapshot(join(root, 'docs', 'cli.md'))
})

describe('links', () => {
  it.each(pages)('%s points to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      (match) => match[1] ?? '',
    )
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })
})

describe('examples', () => {
  // every command is parsed by the real tables; only the work itself is left out
  const idle = commands.map((command) => ({ ...command, run: () => Promise.resolve(0 as const) }))
  const lines = [
    ...blocks.flatMap(({ page, text }) =>
      text
        .split('\n')
        .map((line) => line.trim().replace(/^\$ /, '').replace(/^npx /, ''))
        .filter((line) => /^cosface [a-z-]/.test(line) && !line.includes('['))
        .map((line) => [page, line] as const),
    ),
    ...commands.flatMap((command) =>
      command.examples.map((line) => [`cosface ${command.name} --help`, line] as const),
    ),
  ]
  it.each(lines)('%s: %s', async (_page, line) => {
    // words, and several between quotes as one
    const words = line.replace(/\s+#.*$/, '').match(/"[^"]*"|\S+/g) ?? []
    const argv = words.slice(1).map((word) => word.replace(/^"(.*)"$/, '$1'))
    const { code, err } = await cliWith({ commands: idle }, ...argv)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it.each(blocks.filter(({ info }) => info === 'ts run').map((block, at) => ({ ...block, at })))(
    '$page: example $at runs',
    async ({ text, at }) => {
      const folder = join(root, '.cache', 'examples')
      mkdirSync(folder, { recursive: true })
      const file = join(folder, `example-${at}.ts`)
      const doors: Readonly<Record<string, string>> = { cosface: 'index', 'cosface/node': 'node/index' }
      writeFileSync(
        file,
        text.replace(
          /from '(cosface[^']*)'/g,
          (_all, name: string) => `from '${join(root, 'src', `${doors[name]}.ts`)}'`,
        ),
      )
      const printed: unknown[] = []
      const log = vi
        .spyOn(console, 'log')
        .mockImplementation((...values: unknown[]) => void printed.push(...values))
      const before = process.cwd()
      const place = mkdtempSync(join(tmpdir(), 'cosface-example-'))
      process.chdir(place)
      try {
        await import(/* @vite-ignore */ file)
      } finally {
        process.chdir(before)
        rmSync(place, { recursive: true, force: true })
        log.mockRestore()
        rmSync(file)
      }
      expect(printed.length).toBeGreaterThan(0)
    },
    // the README's draws, trains, evaluates and exports, beside whatever else runs
    240_000,
  )

  it.each(blocks.filter(({ info }) => info === 'json config'))(
    '$page: the config file is one',
    ({ text }) => {
      expect(configure({}, { folders: ['faces'], threads: 1, file: JSON.parse(text) }).schema).toBe(
        'cosface-config/1',
      )
    },
  )
})
