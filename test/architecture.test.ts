import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Folder → floor; a file imports from its own folder and from lower floors only. */
const floors: Readonly<Record<string, number>> = {
  base: 0,
  tensor: 1,
  graph: 2,
  image: 2,
  plot: 2,
  onnx: 3,
  nn: 3,
  loss: 3,
  optim: 3,
  data: 3,
  runtime: 4,
  evaluate: 4,
  model: 5,
  train: 6,
  face: 6,
  // the report reads what training tells; training knows nothing of it
  report: 6.5,
  gallery: 7,
  parallel: 7,
  experiment: 7,
  server: 8,
  node: 8,
  web: 8,
  cli: 9,
}

/** Packages that only run outside a browser. */
const native = ['sharp', 'koffi', 'onnxruntime-node', 'libsql', 'pg']

interface Import {
  readonly from: string
  readonly specifier: string
  readonly dynamic: boolean
}

interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly text: string
  /** The text without comments and without what strings hold. */
  readonly code: string
  readonly imports: readonly Import[]
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/** Blanks comments, and with `strings` also what is between quotes, keeping every line where it is. */
function strip(text: string, strings: boolean): string {
  const pattern = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
  return text.replace(pattern, (found) => {
    if (found.startsWith('/')) return found.replace(/[^\n]/g, ' ')
    if (!strings) return found
    return found[0] === '`'
      ? found.replace(/[^\n`]/g, ' ')
      : `${found[0]}${' '.repeat(found.length - 2)}${found[0]}`
  })
}

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const bare = strip(text, false)
  const imports: Import[] = []
  for (const match of bare.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'/g,
  )) {
    imports.push({ from: path, specifier: match[1] ?? match[2] ?? '', dynamic: false })
  }
  for (const match of bare.matchAll(/\bimport\(\s*'([^']+)'/g)) {
    imports.push({ from: path, specifier: match[1] ?? '', dynamic: true })
  }
  return { path, text, code: strip(text, true), imports }
}

const all = filesUnder('src').map(read)
const sources = all.filter((file) => !file.path.endsWith('.test.ts'))
const folderOf = (path: string): string => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '')
const isDoor = (path: string): boolean => /^src\/(?:node\/|web\/)?index\.ts$/.test(path)
/** Where the code is entered: nothing else may look down into folders of its own folder. */
const isEntry = (path: string): boolean => isDoor(path) || path === 'src/cli/main.ts'
const target = (one: Import): string | undefined =>
  one.specifier.startsWith('.')
    ? normalize(join(dirname(one.from), one.specifier))
        .split(sep)
        .join('/')
    : undefined

describe('the floor plan', () => {
  it('has a floor for every folder', () => {
    const unknown = sources
      .map((file) => folderOf(file.path))
      .filter((name) => name !== '' && !(name in floors))
    expect([...new Set(unknown)]).toEqual([])
  })

  it('is kept: files import from their own folder and from lower floors', () => {
    const broken = sources
      .filter((file) => !isDoor(file.path))
      .flatMap((file) => file.imports)
      .filter((one) => {
        const to = target(one)
        if (to === undefined) return false
        const [here, there] = [folderOf(one.from), folderOf(to)]
        return here !== there && !((floors[there] ?? 99) < (floors[here] ?? -1))
      })
    expect(broken.map((one) => `${one.from} → ${one.specifier}`)).toEqual([])
  })

  it('has no door used from inside: nothing imports an index', () => {
    const broken = sources
      .flatMap((file) => file.imports)
      .filter((one) => /(?:^|\/)index(?:\.ts)?$/.test(one.specifier))
    expect(broken.map((one) => `${one.from} → ${one.specifier}`)).toEqual([])
  })

  it('has no barrels: only the doors re-export', () => {
    const broken = sources
      .filter((file) => !isDoor(file.path))
      .filter((file) =>
        /(?:^|\n)export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s*(?:as\s+\w+\s+)?from\b/.test(file.code),
      )
    expect(broken.map((file) => file.path)).toEqual([])
  })

  const circles = (edges: ReadonlyMap<string, readonly string[]>): string[] => {
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
        return
      }
      state.set(path, 'open')
      for (const to of edges.get(path) ?? []) visit(to, [...trail, path])
      state.set(path, 'done')
    }
    for (const path of edges.keys()) visit(path, [])
    return cycles
  }
  const targets = (file: SourceFile): string[] =>
    file.imports.map(target).filter((to): to is string => to !== undefined && to !== file.path)

  it('has no cycles, types included', () => {
    expect(circles(new Map(sources.map((file) => [file.path, targets(file)])))).toEqual([])
  })

  it('has an order of folders inside a floor, too: no two of them need each other', () => {
    const edges = new Map<string, string[]>()
    for (const file of sources.filter(({ path }) => !isEntry(path))) {
      const here = dirname(file.path)
      const others = targets(file)
        .map((to) => dirname(to))
        .filter((there) => there !== here)
      edges.set(here, [...(edges.get(here) ?? []), ...others])
    }
    expect(circles(edges)).toEqual([])
  })

  it('keeps folders small enough to read', () => {
    const counts = new Map<string, number>()
    for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > 40)).toEqual([])
  })

  it('resolves every relative import, extension included', () => {
    const known = new Set(all.map((file) => file.path))
    const broken = sources
      .flatMap((file) => file.imports)
      .filter((one) => {
        const to = target(one)
        return to !== undefined && !known.has(to)
      })
    expect(broken.map((one) => `${one.from} → ${one.specifier}`)).toEqual([])
  })
})

describe('platforms', () => {
  const outside = (allowed: readonly string[]): SourceFile[] =>
    sources.filter((file) => !allowed.includes(folderOf(file.path)))

  it('node: and native packages stay in node and cli', () => {
    const broken = outside(['node', 'cli', 'server'])
      .flatMap((file) => file.imports)
      .filter(
        (one) => one.specifier.startsWith('node:') || native.includes(one.specifier.split('/')[0] ?? ''),
      )
    expect(broken.map((one) => `${one.from} → ${one.specifier}`)).toEqual([])
  })

  it('native and heavy packages are loaded where they are used', () => {
    const heavy = [...native, 'onnxruntime-web', 'facesjs', '@observablehq/plot', 'linkedom', 'cli-progress']
    const broken = sources.flatMap((file) => {
      // an `import type` costs nothing at run time
      const types = new Set(
        [...file.text.matchAll(/import type [^'"]*?from '([^']+)'/g)].map((match) => match[1]),
      )
      return file.imports.filter(
        (one) =>
          !one.dynamic &&
          heavy.some((name) => one.specifier === name || one.specifier.startsWith(`${name}/`)) &&
          !types.has(one.specifier),
      )
    })
    expect(broken.map((one) => `${one.from} → ${one.specifier}`)).toEqual([])
  })

  it('the DOM stays in web', () => {
    const dom =
      /(?<![.\w'])(?:(?:document|navigator|localStorage)\s*[.([]|window\.(?:document|location|navigator|addEventListener)|HTMLElement|OffscreenCanvas)/
    expect(
      outside(['web'])
        .filter((file) => dom.test(file.code))
        .map((file) => file.path),
    ).toEqual([])
  })

  it('Node’s globals stay in node and cli', () => {
    const globals = /(?<![.\w'])(?:process\.|Buffer\.|__dirname|require\()/
    expect(
      outside(['node', 'cli', 'server'])
        .filter((file) => globals.test(file.code))
        .map((file) => file.path),
    ).toEqual([])
  })
})

describe('the code', () => {
  const offenders = (pattern: RegExp, allowed: (path: string) => boolean = () => false): string[] =>
    sources
      .filter((file) => !allowed(file.path))
      .flatMap((file) =>
        file.code
          .split('\n')
          .flatMap((line, at) => (pattern.test(line) ? [`${file.path}:${at + 1} ${line.trim()}`] : [])),
      )

  it('has no any', () => {
    expect(offenders(/(?::|<|\bas|\||&)\s*any\b(?!\w)/)).toEqual([])
  })

  it('silences neither compiler nor linter', () => {
    const words = /@ts-(?:ignore|expect-error|nocheck)|eslint-disable|oxlint-disable/
    expect(all.filter((file) => words.test(file.text)).map((file) => file.path)).toEqual([])
  })

  it('has no double casts', () => {
    expect(offenders(/\bas\s+unknown\s+as\b/)).toEqual([])
  })

  it('prints from the command line only, and exits from its entry only', () => {
    expect(offenders(/\bconsole\./)).toEqual([])
    expect(offenders(/\bprocess\.exit\b/, (path) => path === 'src/cli/main.ts')).toEqual([])
    expect(
      offenders(/\bprocess\.std(?:out|err)\b/, (path) => {
        // the probe is a process of its own that answers on its stdout
        return path.startsWith('src/cli/') || path === 'src/node/session/device-probe.ts'
      }),
    ).toEqual([])
  })

  it('draws nothing and reads no clock on its own', () => {
    expect(offenders(/\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)/)).toEqual([])
  })

  it('has no default exports, enums or namespaces', () => {
    expect(
      offenders(/^\s*export default\b|^\s*(?:export\s+)?(?:const\s+)?enum\s|^\s*(?:export\s+)?namespace\s/),
    ).toEqual([])
  })

  it('names files in kebab case', () => {
    expect(
      all.filter((file) => !/^(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.test|\.worker)?\.tsx?$/.test(file.path)),
    ).toEqual([])
  })

  it('keeps files short', () => {
    const lines = (file: SourceFile): number => file.text.split('\n').length
    expect(all.filter((file) => lines(file) > 400).map((file) => `${file.path}: ${lines(file)}`)).toEqual([])
    const sorted = sources.map(lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)] ?? 0).toBeLessThanOrEqual(130)
  })

  it('says nothing of the machine it was written on', () => {
    // put together here, so that this file holds none itself
    const folders = ['work', 'root', 'tmp'].map((name) => `/${name}/`)
    const machine = new RegExp([...folders, 'https?://(?:localhost|10\\.|192\\.168\\.)'].join('|'))
    const broken = [
      ...all,
      ...filesUnder('test').map(read),
      ...filesUnder('scripts').map(read),
      ...filesUnder('bench').map(read),
    ].filter((file) => machine.test(file.text))
    expect(broken.map((file) => file.path)).toEqual([])
  })
})
