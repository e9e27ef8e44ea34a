/** @file The sections with pictures: angles, hardest pairs, crops as the network sees them. */
import type { ScoredPair } from '../evaluate/result.ts'
import type { Drawing } from '../plot/drawing.ts'
import { escapeXml } from '../plot/svg.ts'
import { fixed } from '../plot/format.ts'
import { histogramFigure } from '../plot/histogram.ts'
import type { Angles, Crop, PicturedPair } from './contents.ts'
import { html, type Html, pictureSource, trusted } from './html.ts'
import { figure } from './page.ts'

const median = (values: readonly number[]): number => {
  const sorted = values.slice().sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Within-class against between-class angles. */
export function anglesBody(drawing: Drawing, angles: Angles): Html {
  const largest = [...angles.within, ...angles.between].reduce((most, angle) => Math.max(most, angle), 100)
  const ticks = [0, 30, 60, 90, 120, 150, 180].filter((tick) => tick <= largest + 5)
  const within = `${fixed(median(angles.within), 0)}°`
  const between = `${fixed(median(angles.between), 0)}°`
  return html`<div class="figures">
    <div>
      <p>
        Half of the images lie within ${within} of their identity’s mean direction; half of the pairs of
        identities are at least ${between} apart. What the margin buys is the distance between the two hills.
      </p>
    </div>
    ${figure(
      histogramFigure(drawing, {
        caption: {
          title: 'Angles within and between identities',
          description: `Medians ${within} and ${between}.`,
        },
        x: { label: 'angle', domain: [0, largest], ticks, format: (degrees) => `${degrees}°` },
        distributions: [
          { name: 'within', colour: 'blue', values: angles.within },
          { name: 'between', colour: 'orange', values: angles.between },
          ...(angles.nearest === undefined || angles.nearest.length === 0
            ? []
            : [{ name: 'to the nearest', colour: 'purple', values: angles.nearest } as const]),
        ],
        bins: 45,
      }),
      'Within and between',
      `Within: from an image to the mean of its identity. Between: from mean to mean. Of the ${angles.name}.`,
    )}
  </div>`
}

const personOf = (id: string): string => id.split('/').at(-2) ?? id

const namesOf = (pair: ScoredPair): string => {
  const [a, b] = [personOf(pair.a), personOf(pair.b)]
  return (a === b ? a : `${a} · ${b}`).replaceAll('_', ' ')
}

const pairItem = (item: PicturedPair, threshold: number): Html => {
  const { pair } = item
  const right = pair.score >= threshold === pair.same
  const what = pair.same ? 'same person' : 'different people'
  const verdict = right ? html`<span class="right">right</span>` : html`<span class="wrong">wrong</span>`
  return html`<li>
    <div class="two">
      <img src="${pictureSource(item.pictureA)}" alt="${pair.a}" /><img
        src="${pictureSource(item.pictureB)}"
        alt="${pair.b}"
      />
    </div>
    <p class="score">${fixed(pair.score, 3)} · ${verdict}<span class="skip">, ${what}</span></p>
    <p class="names">${namesOf(pair)}</p>
  </li>`
}

/** The pairs the network finds hardest, both kinds. */
export function hardestBody(pairs: readonly PicturedPair[], threshold: number): Html {
  const of = (same: boolean): PicturedPair[] =>
    pairs
      .filter(({ pair, pictureA, pictureB }) => pair.same === same && pictureA !== '' && pictureB !== '')
      .sort((a, b) => (same ? 1 : -1) * (a.pair.score - b.pair.score))
  const group = (same: boolean, title: string): Html | undefined => {
    const items = of(same)
    if (items.length === 0) return undefined
    return html`<h3>${title}</h3>
      <ul class="pairs">
        ${items.map((item) => pairItem(item, threshold))}
      </ul>`
  }
  return html`<p>
      The threshold is ${fixed(threshold, 3)}. Look at these first: a mislabelled image, two faces in one
      picture or a bad crop shows up here before anywhere else.
    </p>
    ${group(true, 'The same person, scored lowest')} ${group(false, 'Different people, scored highest')}`
}

const cropItem = (crop: Crop): Html => {
  const circles = crop.points
    .map((point) => {
      // pixel centres are whole numbers; the picture's corner is (−0.5, −0.5)
      const at = `cx="${point.x + 0.5}" cy="${point.y + 0.5}"`
      return `<circle ${at} r="2.4" fill="none" stroke="#000" stroke-opacity=".55" stroke-width="1.6"/><circle ${at} r="2.4" fill="none" stroke="#ffd24a" stroke-width=".9"/>`
    })
    .join('')
  return html`<li>
    ${trusted(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${crop.width} ${crop.height}" role="img" aria-label="${escapeXml(crop.label)}">` +
        `<image href="${pictureSource(crop.picture)}" width="${crop.width}" height="${crop.height}"/>${circles}</svg>`,
    )}<span>${crop.label}</span>
  </li>`
}

/** Images exactly as the network sees them. */
export function cropsBody(crops: readonly Crop[]): Html {
  const first = crops[0]
  const size = first === undefined ? '' : `${first.height}×${first.width}`
  const marked = crops.some((crop) => crop.points.length > 0)
  return html`<p>
      What enters the network, ${size} pixels, after every preparation.
      ${
        marked
          ? 'Circles mark where eyes, nose and mouth corners should be; if the faces do not sit in them, the images are not aligned the way the network expects.'
          : 'No alignment points are known for these images.'
      }
    </p>
    <ul class="crops">
      ${crops.map(cropItem)}
    </ul>`
}
