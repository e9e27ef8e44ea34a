/** @file The findings of a data check as files to review: a table, a page with the images, the report as JSON. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { withCommas } from '../../base/words.ts'
import type { Finding, FindingKind } from '../../data/check/table.ts'
import { formatFindings, gravest } from '../../data/check/table.ts'
import type { Html } from '../../report/html.ts'
import { html, pictureSource, trusted } from '../../report/html.ts'
import { styleSheet } from '../../report/style.ts'
import type { Thumbnails } from './thumbnails.ts'
import type { DataCheckReport } from './report.ts'
import type { LockedFolder } from '../files/locked-folder.ts'
import { writeTogether } from '../files/pack-output.ts'

const shownPerKind = 200
/** Images shown of a folder that a finding is about as a whole. */
const shownOfFolder = 3

type Which = 'own' | 'other'

const pictures = async (which: Which, images: readonly string[], thumbnails: Thumbnails): Promise<Html> => {
  const shown: Html[] = []
  for (const image of images) {
    const source = await thumbnails.picture(which, image)
    shown.push(
      source === undefined
        ? html`<span class="name">${image}</span>`
        : html`<span class="face"
            ><img src="${pictureSource(source)}" alt="" loading="lazy" /><span class="name" title="${image}"
              >${image.slice(image.lastIndexOf('/') + 1)}</span
            ></span
          >`,
    )
  }
  return html`<div class="faces">${shown}</div>`
}

/** The two sides of a finding: images by their names, folders by a few of their images. */
const sides = (
  { kind, identity, image, other }: Finding,
  thumbnails: Thumbnails,
): { readonly first: readonly string[]; readonly second: readonly string[]; readonly which: Which } => {
  const which: Which = kind === 'also in the other set' ? 'other' : 'own'
  const folder = (from: Which, name: string): readonly string[] =>
    thumbnails.imagesOf(from, name, shownOfFolder)
  const first = image === '' ? folder('own', identity) : [image]
  if (other === '') return { first, second: [], which }
  const isFolder = image === '' || kind === 'unlike its folder'
  return { first, second: isFolder ? folder(which, other) : [other], which }
}

const row = async (finding: Finding, thumbnails: Thumbnails): Promise<Html> => {
  const { first, second, which } = sides(finding, thumbnails)
  const own = await pictures('own', first, thumbnails)
  // an image unlike its folder is seen beside that folder
  const beside =
    finding.kind === 'unlike its folder'
      ? await pictures(
          'own',
          thumbnails
            .imagesOf('own', finding.identity, shownOfFolder + 1)
            .filter((name) => name !== finding.image)
            .slice(0, shownOfFolder),
          thumbnails,
        )
      : undefined
  return html`<tr>
    <td>${finding.action}</td>
    <td>${finding.identity}${beside}</td>
    <td>${own}</td>
    <td>
      ${finding.image === '' || finding.kind === 'unlike its folder' ? finding.other : ''}${await pictures(which, second, thumbnails)}
    </td>
    <td>${finding.note}</td>
  </tr>`
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const anchorOf = (kind: string): string => kind.replaceAll(' ', '-')

const section = async (
  kind: FindingKind,
  findings: readonly Finding[],
  report: DataCheckReport,
  thumbnails: Thumbnails,
): Promise<Html> => {
  const explained = html`<h2 id="${anchorOf(kind)}">${kind}: ${withCommas(findings.length)}</h2>
    <p>${sentence(report.thresholds[kind])}.</p>`
  if (kind === 'single image') {
    // they are many, and there is nothing to see
    const names = findings.map(({ identity }) => identity).join(', ')
    return html`<section>
      ${explained}
      <details>
        <summary>Their names</summary>
        <p class="name">${names}</p>
      </details>
    </section>`
  }
  const rows: Html[] = []
  for (const finding of findings.slice(0, shownPerKind)) rows.push(await row(finding, thumbnails))
  const more = findings.length - rows.length
  return html`<section>
    ${explained}
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
    ${more > 0 && html`<p>${withCommas(more)} more in findings.csv.</p>`}
  </section>`
}

const ownStyle = `.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); }
.faces { display: flex; flex-wrap: wrap; gap: .4rem; } .face { display: inline-block; width: 80px; } .face img { display: block; }
.name { color: var(--cf-soft); font-size: .7rem; line-height: 1.2; overflow-wrap: anywhere; display: block; }
@media (max-width: 40rem) { thead { display: none; } tr { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem .75rem; border-top: 1px solid var(--line); padding: .6rem 0; }
td { border: 0; padding: 0; } td:first-child, td:nth-child(2), td:last-child { grid-column: 1 / -1; } td:empty { display: none; } }
.kinds { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }`

/** The page; images are inside it, so it can be moved, and it asks the network for nothing. */
export async function dataCheckPage(report: DataCheckReport, thumbnails: Thumbnails): Promise<string> {
  const kinds = gravest.filter((kind) => (report.counts[kind] ?? 0) > 0)
  const sections: Html[] = []
  for (const kind of kinds) {
    const findings = report.findings.filter((finding) => finding.kind === kind)
    sections.push(await section(kind, findings, report, thumbnails))
  }
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
            ${withCommas(report.images)} images of ${withCommas(report.identities)} identities:
            ${withCommas(perIdentity.fewest)} to ${withCommas(perIdentity.most)} each,
            ${withCommas(perIdentity.median)} at the median. The tenth with most images has
            ${(100 * report.topTenthShare).toFixed(0)} % of all.
            ${report.findings.length === 0 ? 'Nothing was found.' : 'Review findings.csv: write drop, or move with a target, into a row and apply it. A row without an image stands for all images of its identity. The copy leaves this folder as it is.'}
          </p>
          <ul class="kinds">
            ${kinds.map(
              (kind) =>
                html`<li>
                  <a href="#${anchorOf(kind)}">${kind}</a> ${withCommas(report.counts[kind] ?? 0)}
                </li>`,
            )}
          </ul>
          ${report.notes.map((note) => html`<p>${note}</p>`)}
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
    throw new UsageError(`${join(out, taken)} exists; give \`overwrite\` to replace it`)
}

/** Writes `findings.csv`, `review.html` and `report.json` into `out`, all or none. @throws UsageError where they exist */
export async function writeDataCheck(
  report: DataCheckReport,
  out: LockedFolder,
  thumbnails: Thumbnails,
  options: { readonly overwrite?: boolean } = {},
): Promise<readonly string[]> {
  const paths = fileNames.map((name) => join(out.path, name))
  const contents = [
    formatFindings(report.findings),
    await dataCheckPage(report, thumbnails),
    `${JSON.stringify(report, undefined, 2)}\n`,
  ]
  await writeTogether(out, paths, options, async (output) => {
    for (const [i, path] of paths.entries()) await output(path).write(contents[i] ?? '')
  })
  return paths
}
