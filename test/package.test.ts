import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly bin: Record<string, string>
  readonly exports: Record<string, string | Record<string, string>>
  readonly dependencies: Record<string, string>
  readonly optionalDependencies: Record<string, string>
  readonly peerDependencies: Record<string, string>
}
const subpaths = Object.keys(about.exports).filter((key) => key !== './package.json')

function run(
  command: string,
  args: readonly string[],
  cwd: string,
): { code: number; out: string; err: string } {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env, maxBuffer: 64 << 20 })
  return { code: done.status ?? -1, out: done.stdout, err: done.stderr }
}

function succeed(command: string, args: readonly string[], cwd: string): string {
  const { code, out, err } = run(command, args, cwd)
  expect(code, `${command} ${args.join(' ')}\n${out}\n${err}`).toBe(0)
  return out
}

describe('package.json', () => {
  it('is ESM with plain doors, each with its source', () => {
    expect(subpaths).toEqual(['.', './node', './web'])
    for (const key of subpaths) {
      const door = about.exports[key]
      expect(door).toEqual({
        types: expect.stringMatching(/^\.\/dist\/.*\.d\.ts$/),
        default: expect.stringMatching(/^\.\/dist\/.*\.js$/),
      })
      const source = String((door as Record<string, string>)['default'])
        .replace('./dist/', './src/')
        .replace(/\.js$/, '.ts')
      expect(existsSync(join(root, source)), source).toBe(true)
    }
  })

  it('names every package the sources import, and no other at run time', () => {
    const known = new Set(
      [about.dependencies, about.optionalDependencies, about.peerDependencies].flatMap((list) =>
        Object.keys(list),
      ),
    )
    const used = new Set<string>()
    for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/(?<!\.test)\.tsx?$/.test(entry.name)) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      for (const match of text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\n\s*import\s+)'([@a-z][^'\s]*)'/g)) {
        const name = match[1] ?? ''
        if (!name.startsWith('node:'))
          used.add(
            name
              .split('/')
              .slice(0, name.startsWith('@') ? 2 : 1)
              .join('/'),
          )
      }
    }
    expect([...used].filter((name) => !known.has(name))).toEqual([])
  })

  it('agrees with CITATION.cff, LICENSE and the changelog', () => {
    const citation = readFileSync(join(root, 'CITATION.cff'), 'utf8')
    expect(citation).toContain(`version: ${about.version}\n`)
    expect(citation).toContain(`license: ${about.license}\n`)
    expect(readFileSync(join(root, 'LICENSE'), 'utf8')).toMatch(/Apache License\s+Version 2\.0/)
    expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toMatch(
      new RegExp(`## \\[(?:Unreleased|${about.version})\\]`),
    )
  })
})

// needs the npm registry, so it runs where it is asked for (.ci/run does)
const asked = process.env['COSFACE_PACKAGE_TEST'] === '1'
describe.skipIf(!asked)(
  'the packed tarball, installed in an empty folder (needs a registry: COSFACE_PACKAGE_TEST=1)',
  () => {
    let folder = ''
    let files: readonly string[] = []

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cosface-package-'))
      const packed = JSON.parse(
        succeed('npm', ['pack', '--json', '--silent', '--pack-destination', folder], root),
      ) as {
        readonly filename: string
        readonly files: readonly { readonly path: string }[]
      }[]
      files = packed[0]?.files.map((file) => file.path) ?? []
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
      )
      const tarball = join(folder, packed[0]?.filename ?? '')
      succeed('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder)
    }, 300_000)

    afterAll(() => {
      rmSync(folder, { recursive: true, force: true })
    })

    it('holds what it needs and no tests', () => {
      for (const path of [
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'CITATION.cff',
        'docs/glossary.md',
        'dist/cli/main.js',
        'src/index.ts',
      ]) {
        expect(files).toContain(path)
      }
      expect(
        files.filter((path) => /\.test\.|(?:^|\/)(?:test|bench|scripts|node_modules|\.ci)\//.test(path)),
      ).toEqual([])
      for (const key of subpaths) {
        for (const path of Object.values(about.exports[key] as Record<string, string>))
          expect(files).toContain(path.replace('./', ''))
      }
    })

    it('gives help within a second', () => {
      const bin = join(folder, 'node_modules', '.bin', 'cosface')
      const times = Array.from({ length: 3 }, () => {
        const start = performance.now()
        expect(succeed(bin, ['--help'], folder)).toContain('npx cosface demo')
        return performance.now() - start
      })
      expect(Math.min(...times)).toBeLessThan(1000)
      expect(succeed('npx', ['--no-install', 'cosface', '--version'], folder).trim()).toBe(about.version)
    })

    it('refuses wrong use with 2 and writes nothing', () => {
      const before = readdirSync(folder)
      const { code, out, err } = run(
        join(folder, 'node_modules', '.bin', 'cosface'),
        ['train', 'faces', '--margn', '0.4'],
        folder,
      )
      expect({ code, out, err }).toEqual({
        code: 2,
        out: '',
        err: "cosface: unknown option '--margn' (Did you mean --margin?)\n",
      })
      expect(readdirSync(folder)).toEqual(before)
    })

    it.each(['.', './node'])('imports %s in Node', (key) => {
      const specifier = `cosface${key.slice(1)}`
      const names = succeed(
        process.execPath,
        ['--input-type=module', '-e', `console.log(Object.keys(await import('${specifier}')).length)`],
        folder,
      )
      expect(Number(names)).toBeGreaterThan(0)
    })

    it('type checks in a strict project that does not skip our declarations', () => {
      writeFileSync(
        join(folder, 'use.ts'),
        "import { configure } from 'cosface'\nexport const seed: number = configure({}, { folders: ['faces'], threads: 1 }).seed\n",
      )
      const tsc = join(root, 'node_modules', '.bin', 'tsc')
      succeed(
        tsc,
        [
          '--noEmit',
          '--strict',
          '--module',
          'nodenext',
          '--target',
          'es2023',
          '--types',
          '',
          '--lib',
          'es2023,dom,esnext.disposable',
          'use.ts',
        ],
        folder,
      )
    })

    it.each(['.', './web'])('bundles %s for a browser, without anything of Node', async (key) => {
      const specifier = `cosface${key.slice(1)}`
      const page = join(folder, `bundle-${key.length}`)
      mkdirSync(page)
      if (!existsSync(join(page, 'node_modules')))
        symlinkSync(join(folder, 'node_modules'), join(page, 'node_modules'))
      writeFileSync(join(page, 'entry.js'), `import * as all from '${specifier}'\nglobalThis.all = all\n`)
      const built = await build({
        root: page,
        logLevel: 'silent',
        build: { write: false, minify: false, lib: { entry: join(page, 'entry.js'), formats: ['es'] } },
      })
      const outputs = Array.isArray(built) ? built : [built]
      const code = outputs
        .flatMap((one) => ('output' in one ? one.output : []))
        .map((chunk) => ('code' in chunk ? chunk.code : ''))
        .join('\n')
      expect(code.length).toBeGreaterThan(0)
      expect(
        code.match(
          /(?:from|import|import\()\s*["'](?:node:[\w/]+|sharp|koffi|onnxruntime-node)["']|__vite-browser-external/g,
        ) ?? [],
      ).toEqual([])
    })
  },
)
