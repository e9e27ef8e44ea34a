/** @file Which tests reach a file by their imports, the nearest first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const importsOf = (file: string): string[] => {
  const text = readFileSync(file, 'utf8')
  const found = text.matchAll(/(?:from\s*|import\s*\(?\s*)'(\.[^']+)'/g)
  return [...found].flatMap(([, to = '']) => {
    const place = path.resolve(path.dirname(file), to)
    return existsSync(place) ? [place] : []
  })
}

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))

/** Finds, for a file below `root`, the tests that import it, directly or not; ties by the alphabet. */
export function relatedTests(root: string): (file: string) => string[] {
  const importers = new Map<string, Set<string>>()
  for (const file of ['src', 'test'].flatMap((folder) => filesUnder(path.join(root, folder))))
    for (const to of importsOf(file)) {
      const known = importers.get(to) ?? new Set()
      importers.set(to, known.add(file))
    }
  return (file) => {
    const tests: string[] = []
    const seen = new Set([path.join(root, file)])
    let edge = [...seen]
    while (edge.length > 0) {
      const next = edge.flatMap((one) => [...(importers.get(one) ?? [])]).filter((one) => !seen.has(one))
      for (const one of next) seen.add(one)
      edge = [...new Set(next)]
      tests.push(...edge.filter((one) => one.endsWith('.test.ts')).toSorted())
    }
    return tests
  }
}
