/** @file Two-dimensional features as the paper's Fig 4 shows them: in the plane, and on the circle. */
import { type Caption, svgFigure } from './svg.ts'
import type { Spot } from './labels.ts'
import { marginHatch } from './margin-hatch.ts'
import { identityPaint, paint } from './palette.ts'
import { type DecisionRule, type Sector, sectors } from './sectors.ts'
import { sectorLook } from './sector-look.ts'
import {
  arcPoints,
  arrow,
  circle,
  coordinate,
  dots,
  moved,
  onCircle,
  polygon,
  polyline,
  rings,
  words,
} from './shapes.ts'

/** Features and the classifier over them. */
export interface Scene {
  /** [N, 2], raw. */
  readonly features: ArrayLike<number>
  /** [N], each in [0, C). */
  readonly labels: ArrayLike<number>
  /** [C, 2], raw. */
  readonly weights: ArrayLike<number>
  readonly rule: DecisionRule
  /** Features not trained on, drawn as rings in the plane. */
  readonly heldOut?: { readonly features: ArrayLike<number>; readonly labels: ArrayLike<number> }
}

const classesOf = (scene: Scene): number => scene.weights.length / 2

/** The longest feature; the plane is drawn as far as that. */
const reachOf = (scene: Scene): number => {
  let reach = 0
  for (let i = 0; i < scene.features.length; i += 2)
    reach = Math.max(reach, Math.hypot(scene.features[i] ?? 0, scene.features[i + 1] ?? 0))
  return reach === 0 ? 1 : reach * 1.06
}

/** Where the ray at `angle` leaves a square of half-width `half` around the origin. */
const leaving = (centre: Spot, half: number, angle: number): Spot => {
  const [x, y] = [Math.cos(angle), Math.sin(angle)]
  const stretch = half / Math.max(Math.abs(x), Math.abs(y))
  return { x: centre.x + x * stretch, y: centre.y - y * stretch }
}

/** The part of the square that a sector covers. */
const wedge = (centre: Spot, half: number, { from, to }: Sector): Spot[] => {
  const corners: Spot[] = []
  for (let corner = Math.PI / 4 - 4 * Math.PI; corner < to; corner += Math.PI / 2)
    if (corner > from) corners.push(leaving(centre, half, corner))
  return [centre, leaving(centre, half, from), ...corners, leaving(centre, half, to)]
}

const byClass = (
  classes: number,
  { features, labels }: Pick<Scene, 'features' | 'labels'>,
  place: (x: number, y: number) => Spot,
): Spot[][] => {
  const groups: Spot[][] = Array.from({ length: classes }, () => [])
  for (let row = 0; row < labels.length; row++)
    groups[labels[row] ?? 0]?.push(place(features[2 * row] ?? 0, features[2 * row + 1] ?? 0))
  return groups
}

/** The class weights as arrows, and their numbers; lengths among each other as they are, or equal where normalised. */
const arrowsAndNumbers = (scene: Scene, centre: Spot, radius: number): readonly [string, string] => {
  const rows = Array.from({ length: classesOf(scene) }, (_, row) => {
    const [x, y] = [scene.weights[2 * row] ?? 0, scene.weights[2 * row + 1] ?? 0]
    return { angle: Math.atan2(y, x), length: Math.hypot(x, y) }
  })
  const longest = Math.max(1e-12, ...rows.map((row) => row.length))
  const reach = (length: number): number => radius * (scene.rule.normaliseWeights ? 1 : length / longest)
  return [
    rows
      .map(({ angle, length }, row) =>
        arrow(centre, onCircle(centre, reach(length), angle), identityPaint(row), 2.2),
      )
      .join(''),
    rows
      .map(({ angle, length }, row) =>
        words(String(row + 1), onCircle(centre, reach(length) + 11, angle), {
          'font-size': 12,
          'font-weight': 600,
          fill: identityPaint(row),
        }),
      )
      .join(''),
  ]
}

/** Where a feature lies in the panel of a scene. */
export function planePlace(scene: Scene, size: number): (x: number, y: number) => Spot {
  const half = size / 2
  const reach = reachOf(scene)
  return (x, y) => ({ x: half + (x / reach) * half, y: half - (y / reach) * half })
}

/** The Euclidean plane as markup `size` pixels wide and high. */
export function planePanel(scene: Scene, size: number): string {
  const half = size / 2
  const centre = { x: half, y: half }
  const [weights, numbers] = arrowsAndNumbers(scene, centre, half * 0.78)
  const place = planePlace(scene, size)
  const decided = sectors(scene.weights, scene.rule)
  const classes = classesOf(scene)
  const isInside = ({ x, y }: Spot): boolean => Math.min(x, y) >= 0 && Math.max(x, y) <= size
  const heldOut = scene.heldOut === undefined ? [] : byClass(classes, scene.heldOut, place)
  return [
    ...decided.map((sector) => polygon(wedge(centre, half, sector), sectorLook(sector))),
    marginHatch(decided, centre, half, 'square'),
    polyline(
      [
        { x: 0, y: half },
        { x: size, y: half },
      ],
      { stroke: paint('faint'), 'stroke-opacity': '0.35' },
    ),
    polyline(
      [
        { x: half, y: 0 },
        { x: half, y: size },
      ],
      { stroke: paint('faint'), 'stroke-opacity': '0.35' },
    ),
    weights,
    ...byClass(classes, scene, place).map((points, row) => dots(points, 2, identityPaint(row), 0.7)),
    numbers,
    ...heldOut.map((points, row) => rings(points.filter(isInside), identityPaint(row))),
    `<rect width="${size}" height="${size}" fill="none" stroke="${paint('grid')}"/>`,
  ].join('')
}

const bins = 180

/** How many features of each class point into each of 180 equal directions. */
const directions = (scene: Scene): number[][] => {
  const counts = Array.from({ length: classesOf(scene) }, () => new Array<number>(bins).fill(0))
  for (let row = 0; row < scene.labels.length; row++) {
    const angle = Math.atan2(scene.features[2 * row + 1] ?? 0, scene.features[2 * row] ?? 0)
    const bin = Math.floor(((angle + 2 * Math.PI) / (2 * Math.PI)) * bins) % bins
    const group = counts[scene.labels[row] ?? 0]
    if (group !== undefined) group[bin] = (group[bin] ?? 0) + 1
  }
  return counts
}

/** The circle of directions as markup: regions inside, features on it, how many point where as bars around it. */
export function circlePanel(scene: Scene, size: number): string {
  const centre = { x: size / 2, y: size / 2 }
  const radius = size * 0.36
  const room = size / 2 - radius - 5
  const counts = directions(scene)
  const decided = sectors(scene.weights, scene.rule)
  const most = Math.max(1, ...counts.flat())
  const bars = counts.flatMap((group, row) =>
    group.flatMap((count, bin) => {
      if (count === 0) return []
      const [from, to] = [(2 * Math.PI * bin) / bins, (2 * Math.PI * (bin + 1)) / bins]
      // the square root lets rare directions be seen beside crowded ones
      const outer = radius + 4 + (room - 4) * Math.sqrt(count / most)
      return [
        polygon(
          [
            onCircle(centre, radius + 4, from),
            onCircle(centre, outer, from),
            onCircle(centre, outer, to),
            onCircle(centre, radius + 4, to),
          ],
          { fill: identityPaint(row), 'fill-opacity': '0.75' },
        ),
      ]
    }),
  )
  return [
    ...decided.map((sector) =>
      polygon([centre, ...arcPoints(centre, radius, sector.from, sector.to)], sectorLook(sector)),
    ),
    marginHatch(decided, centre, radius),
    circle(centre, radius, { fill: 'none', stroke: paint('faint') }),
    ...bars,
    ...arrowsAndNumbers(scene, centre, radius * 0.82),
  ].join('')
}

/** The features in the plane. */
export function planeFigure(scene: Scene, caption: Caption, size: number = 360): string {
  return svgFigure(planePanel(scene, size), { width: size, height: size }, caption)
}

/** The features' directions on the circle. */
export function circleFigure(scene: Scene, caption: Caption, size: number = 360): string {
  return svgFigure(circlePanel(scene, size), { width: size, height: size }, caption)
}

/** One column of a comparison. */
export interface ScenePanel {
  readonly title: string
  /** A line below the title, such as a test error. */
  readonly note?: string
  readonly scene: Scene
}

/** Small enough for a bold title to stay above its own column. */
const titleSize = (title: string, width: number): number => Math.min(15, width / (0.6 * title.length))

/** Several losses side by side: the plane above, the circle below. */
export function comparisonFigure(
  panels: readonly ScenePanel[],
  caption: Caption,
  panelSize: number = 260,
): string {
  const gap = 18
  const top = 52
  const width = panels.length * panelSize + (panels.length - 1) * gap
  const height = top + 2 * panelSize + 10 + 34
  const columns = panels.map(({ title, note, scene }, index) =>
    moved(
      { x: index * (panelSize + gap), y: 0 },
      words(
        title,
        { x: panelSize / 2, y: 14 },
        { 'font-weight': 600, 'font-size': titleSize(title, panelSize) },
      ) +
        (note === undefined
          ? ''
          : words(note, { x: panelSize / 2, y: 35 }, { 'font-size': 12, fill: paint('soft') })) +
        moved({ x: 0, y: top }, planePanel(scene, panelSize)) +
        moved({ x: 0, y: top + panelSize + 10 }, circlePanel(scene, panelSize)),
    ),
  )
  const hasRings = panels.some(({ scene }) => scene.heldOut !== undefined)
  const legend = [
    ...(hasRings ? ['Dots: trained on. Rings: held out.'] : []),
    'Tinted: where an identity wins.',
    'Hatched: where it wins, but not by the margin.',
    'Arrows: class weights.',
    'Bars: how many features point there.',
  ]
  const perLetter = 0.515
  const fitting = Math.min(12.5, width / (perLetter * legend.join(' ').length))
  const isLong = fitting < 9
  const fontSize = isLong ? 11 : fitting
  const lines = isLong ? packed(legend, width / (perLetter * fontSize)) : [legend.join(' ')]
  const below = height - 12
  const explained = lines.map((line, index) =>
    words(
      line,
      { x: width / 2, y: below + 15 * index },
      { 'font-size': coordinate(fontSize), fill: paint('soft') },
    ),
  )
  return svgFigure(
    columns.join('') + explained.join(''),
    { width, height: height + 15 * (lines.length - 1) },
    caption,
  )
}

/** Sentences put together into lines of at most so many letters, as far as they are not longer themselves. */
const packed = (sentences: readonly string[], letters: number): readonly string[] =>
  sentences.reduce<readonly string[]>((lines, sentence) => {
    const last = lines.at(-1)
    return last !== undefined && last.length + 1 + sentence.length <= letters
      ? [...lines.slice(0, -1), `${last} ${sentence}`]
      : [...lines, sentence]
  }, [])
