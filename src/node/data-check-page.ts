/** @file The findings of a data check as files to review: a table, a page with the images, the report as JSON. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { Finding } from '../data/check-table.ts'
import { formatFindings } from '../data/check-table.ts'
import type { Html } from '../report/html.ts'
import { html, pictureSource, trusted } from '../report/html.ts'
import { styleSheet } from '../report/style.ts'
import type { DataCheckReport } from './data-check.ts'
import { writeTogether } from './pack-output.ts'

/** A small picture of an image file as a data URI; undefined where it cannot be made. */
export type Thumbnail = (image: string) => Promise<string | undefined>

/** Thumbnails of images below `folder`, made with sharp. */
export function folderThumbnails(folder: string, side = 96): Thumbnail {
  return async (image) => {
    const { default: sharp } = await import('sharp')
    try {
      const bytes = await sharp(join(folder, image), { autoOrient: true })
        .resize(side, side, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .jpeg({ quality: 75 })
        .toBuffer()
      return `data:image/jpeg;base64,${bytes.toString('base64')}`
    } catch {
      return undefined
    }
  }
}

const shownPerKind = 200

const picture = async (image: string, thumbnail: Thumbnail): Promise<Html> => {
  const source = image === '' || !image.includes('/') ? undefined : await thumbnail(image)
  return source === undefined
    ? html`${image}`
    : html`<figure>
        <img src="${pictureSource(source)}" alt="" />
        <figcaption>${image}</figcaption>
      </figure>`
}

const section = async (kind: string, findings: readonly Finding[], thumbnail: Thumbnail): Promise<Html> => {
  const rows: Html[] = []
  for (const finding of findings.slice(0, shownPerKind)) {
    const [image, other] = [await picture(finding.image, thumbnail), await picture(finding.other, thumbnail)]
    rows.push(
      html`<tr>
        <td>${finding.action}</td>
        <td>${finding.identity}</td>
        <td>${image}</td>
        <td>${other}</td>
        <td>${finding.note}</td>
      </tr>`,
    )
  }
  const more = findings.length - rows.length
  return html`<section>
    <h2>${kind}: ${findings.length}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>action</th>
            <th>identity</th>
            <th>image</th>
            <th>other</th>
            <th>note</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${more > 0 && html`<p>${more} more in findings.csv.</p>`}
  </section>`
}

const ownStyle = `.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); }
figure { margin: 0; } figcaption { color: var(--cf-soft); font-size: .75rem; overflow-wrap: anywhere; max-width: 12rem; }`

/** The page; images are inside it, so it can be moved, and it asks the network for nothing. */
export async function dataCheckPage(report: DataCheckReport, thumbnail: Thumbnail): Promise<string> {
  const kinds = Object.keys(report.counts)
  const sections: Html[] = []
  for (const kind of kinds)
    sections.push(
      await section(
        kind,
        report.findings.filter((finding) => finding.kind === kind),
        thumbnail,
      ),
    )
  const { perIdentity } = report
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>Data check of ${report.folder}</title>
        <style>
          ${trusted(styleSheet + ownStyle)}
        </style>
      </head>
      <body>
        <header>
          <p class="eyebrow">Data check</p>
          <h1>${report.folder}</h1>
          <p>
            ${report.images} images of ${report.identities} identities: ${perIdentity.fewest} to
            ${perIdentity.most} each, ${perIdentity.median} at the median. The tenth with most images has
            ${(100 * report.topTenthShare).toFixed(0)} % of all.
            ${report.findings.length === 0 ? 'Nothing was found.' : 'Review findings.csv: write drop, or move with a target, into a row and apply it; the copy leaves this folder as it is.'}
          </p>
        </header>
        <main>${sections}</main>
      </body>
    </html> `
  return page.markup
}

const fileNames = ['findings.csv', 'review.html', 'report.json']

/** Checks, before the images are looked at, that the findings can be written to `out`. @throws UsageError */
export async function checkFindingsPlace(out: string, overwrite: boolean): Promise<void> {
  const found = await stat(out).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) throw new UsageError(`${out} is a file; name a folder`)
  const taken = (await readdir(out)).find((name) => fileNames.includes(name))
  if (taken !== undefined && !overwrite)
    throw new UsageError(`${join(out, taken)} exists; pass --overwrite to replace it`)
}

/** Writes `findings.csv`, `review.html` and `report.json` into `out`, all or none. @throws UsageError where they exist */
export async function writeDataCheck(
  report: DataCheckReport,
  out: string,
  thumbnail: Thumbnail,
  options: { readonly overwrite?: boolean } = {},
): Promise<readonly string[]> {
  await mkdir(out, { recursive: true })
  const paths = fileNames.map((name) => join(out, name))
  const contents = [
    formatFindings(report.findings),
    await dataCheckPage(report, thumbnail),
    `${JSON.stringify(report, undefined, 2)}\n`,
  ]
  await writeTogether(paths, options, async (output) => {
    for (const [i, path] of paths.entries()) await output(path).write(contents[i] ?? '')
  })
  return paths
}
