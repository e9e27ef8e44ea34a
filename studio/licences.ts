/** @file A build step: the licences of everything that goes into the page, as a file beside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

/** For packages that name the MIT licence without carrying its text. */
const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

/** The folder of the package that a module is of; undefined for our own. */
const packageOf = (module: string): string | undefined =>
  /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module.replaceAll('\\', '/'))?.[1]

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const noticeOf = (folder: string): string => {
  const about: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const field = (key: string): unknown =>
    typeof about === 'object' && about !== null
      ? Object.entries(about).find(([name]) => name === key)?.[1]
      : undefined
  const author = field('author')
  const holder =
    typeof author === 'object' && author !== null && 'name' in author ? text(author.name) : text(author)
  const file = readdirSync(folder).find((name) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(name))
  const words =
    file === undefined
      ? text(field('license')) === 'MIT'
        ? `Copyright (c) ${holder || text(field('name'))}\n\n${mit}`
        : ''
      : readFileSync(path.join(folder, file), 'utf8').trim()
  return `${text(field('name'))} ${text(field('version'))} (${text(field('license'))})\n\n${words}`
}

/** Writes `licences.txt`. The workers' builds end before the page's own, which writes the file. */
export function licences(): { readonly page: Plugin; readonly worker: Plugin } {
  const folders = new Set<string>()
  const note = (ids: Iterable<string>): void => {
    for (const id of ids) {
      const folder = packageOf(id)
      if (folder !== undefined && existsSync(path.join(folder, 'package.json'))) folders.add(folder)
    }
  }
  return {
    worker: {
      name: 'note-licences',
      generateBundle() {
        note(this.getModuleIds())
      },
    },
    page: {
      name: 'write-licences',
      generateBundle() {
        note(this.getModuleIds())
        const notices = [...folders].map(noticeOf).toSorted()
        this.emitFile({
          type: 'asset',
          fileName: 'licences.txt',
          source: `The page holds parts of these packages.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`,
        })
      },
    },
  }
}
