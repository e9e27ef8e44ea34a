import { expect, test } from 'vitest'
import { wholeTicks } from './axes.ts'
import { barFigure } from './bars.ts'
import { curvePane } from './curve-pane.ts'
import { panesFigure } from './pane.ts'
import { shareFigure } from './cmc.ts'
import { detFigure, probit } from './det.ts'
import { openDrawing } from './drawing.ts'
import { fixed, percent, shortPercent } from './format.ts'
import { binned, histogramFigure } from './histogram.ts'
import { lineFigure, logTicks } from './lines.ts'
import { paletteCss, standalone } from './palette.ts'
import { rocFigure } from './roc.ts'

const drawing = await openDrawing()

const steps = [0, 1, 2, 3, 4].map((x) => ({ x: x * 250, y: 20 / (x + 1) }))
const roc = [0.001, 0.01, 0.1, 0.5, 1].map((far) => ({ far, tar: far ** 0.2 }))

const figures: Readonly<Record<string, string>> = {
  lines: lineFigure(drawing, {
    caption: { title: 'Loss <of> a run', description: 'Falls from 20 to 4.' },
    x: { label: 'iteration', format: String },
    y: { label: 'loss', format: (value) => fixed(value, 0) },
    lines: [
      {
        name: 'smooth',
        colour: 'blue',
        points: steps,
        raw: steps,
        band: steps.map(({ x, y }) => ({ x, low: y - 1, high: y + 1 })),
      },
    ],
    rules: [{ at: 19.2, axis: 'y', label: 'expected first loss 19.2' }],
  }),
  rate: lineFigure(drawing, {
    caption: { title: 'Learning rate' },
    x: { label: 'iteration', format: String },
    y: { label: 'learning rate', format: String, log: true, tickCount: 3 },
    lines: [{ name: '', colour: 'grey', steps: true, points: [0.1, 0.01, 0.001].map((y, x) => ({ x, y })) }],
  }),
  roc: rocFigure(drawing, {
    caption: { title: 'ROC' },
    curves: [
      { name: 'trained', points: roc, auc: 0.963 },
      { name: 'raw pixels', points: roc.map(({ far }) => ({ far, tar: far })), auc: 0.5, dashed: true },
    ],
  }),
  rocLinear: rocFigure(drawing, {
    caption: { title: 'ROC' },
    logFar: false,
    curves: [{ name: 'trained', points: roc }],
  }),
  det: detFigure(drawing, {
    caption: { title: 'DET' },
    smallestFar: 1e-4,
    curves: [
      { name: 'trained', points: roc },
      { name: 'other', points: roc.map(({ far, tar }) => ({ far, tar: tar ** 2 })) },
    ],
  }),
  cmc: shareFigure(drawing, {
    caption: { title: 'CMC' },
    label: 'rank',
    curves: [
      { name: 'trained', points: [1, 5, 10, 100].map((at) => ({ at, value: 1 - 0.2 / at ** 0.5 })) },
      {
        name: 'other',
        points: [1, 5, 10, 100].map((at) => {
          const value = 1 - 0.5 / at ** 0.5
          return { at, value, interval: { low: value - 0.05, high: Math.min(1, value + 0.05) } }
        }),
      },
    ],
  }),
  rocFar: rocFigure(drawing, {
    caption: { title: 'ROC' },
    smallestFar: 1e-6,
    curves: [
      {
        name: 'trained',
        points: [1e-6, 1e-5, ...roc.map(({ far }) => far)].map((far) => ({ far, tar: far ** 0.05 })),
      },
    ],
  }),
  histogram: histogramFigure(drawing, {
    caption: { title: 'Scores' },
    x: { label: 'cosine', domain: [-0.2, 1], format: (value) => fixed(value, 1) },
    distributions: [
      { name: 'different people', colour: 'orange', values: [-0.1, 0, 0.05, 0.2] },
      { name: 'same person', colour: 'blue', values: [0.3, 0.5, 0.55, 0.8] },
    ],
    bins: 6,
    threshold: { at: 0.25, label: 'threshold 0.250' },
  }),
  curves: panesFigure(
    [
      curvePane({
        title: 'Loss',
        x: 'updates',
        y: 'loss',
        format: (value) => fixed(value, 1),
        curves: [
          {
            name: 'NSL',
            colour: 'orange',
            dashed: true,
            points: [4, 2, 1.5, NaN].map((y, x) => ({ x: 5 * x, y })),
          },
          { name: 'LMCL', colour: 'blue', points: [8, 7, 4, 3].map((y, x) => ({ x: 5 * x, y })) },
          { name: 'not begun', colour: 'green', points: [] },
        ],
      }),
    ],
    { title: 'Curves' },
  ),
  bars: barFigure(drawing, {
    caption: { title: 'Accuracy' },
    x: { label: 'accuracy', domain: [0.4, 1], format: shortPercent, ticks: [0.4, 0.6, 0.8, 1] },
    valueFormat: (value) => percent(value),
    reference: { at: 0.5, label: 'guessing' },
    bars: [
      { name: 'raw pixels', value: 0.58, low: 0.55, high: 0.61, colour: 'grey' },
      { name: 'trained', value: 0.92 },
    ],
  }),
}

test.each(Object.entries(figures))('%s keeps its markup', async (name, svg) => {
  await expect(svg.replaceAll('><', '>\n<')).toMatchFileSnapshot(`snapshots/${name}.svg`)
})

test.each(Object.entries(figures))('%s is whole, named and free of style sheets and ids', (_, svg) => {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+"/)
  expect(svg).toMatch(/ role="img" aria-label="[^"]+"/)
  expect(svg).toContain('<title>')
  expect(svg).not.toMatch(/NaN|undefined|Infinity|<style|\sid=/)
  const document = new (drawing.document.defaultView ?? globalThis).DOMParser().parseFromString(
    svg,
    'image/svg+xml',
  )
  expect(document.documentElement.querySelectorAll('path, line, circle, rect').length).toBeGreaterThan(2)
})

test('an axis of iterations has no two ticks that read alike', () => {
  const ticks = (from: number, to: number): (string | undefined)[] => {
    const svg = lineFigure(drawing, {
      caption: { title: 't', description: 'd' },
      x: { label: 'iteration', format: (value) => value.toFixed(0), tickCount: wholeTicks(from, to) },
      y: { label: 'y', format: (value) => `y${value}` },
      lines: [
        {
          name: '',
          colour: 'blue',
          points: [
            { x: from, y: 0 },
            { x: to, y: 1 },
          ],
        },
      ],
    })
    return [...svg.matchAll(/>(\d+)<\/text>/g)].map((match) => match[1])
  }
  expect(ticks(19, 21)).toEqual(['19', '20', '21'])
  expect(ticks(0, 100)).toEqual(['0', '20', '40', '60', '80', '100'])
})

test('captions are escaped', () => {
  expect(figures['lines']).toContain('aria-label="Loss &lt;of&gt; a run"')
  expect(figures['lines']).toContain('<desc>Falls from 20 to 4.</desc>')
})

test('equal data give equal text', () => {
  const again = (): string =>
    rocFigure(drawing, { caption: { title: 'ROC' }, curves: [{ name: 'a', points: roc, auc: 0.9 }] })
  expect(again()).toBe(again())
})

test('a figure alone names its colours and has a ground', () => {
  for (const theme of ['light', 'dark'] as const) {
    const alone = standalone(figures['histogram'] ?? '', theme)
    expect(alone).not.toContain('var(')
    expect(alone).not.toContain('currentColor')
    expect(alone).toMatch(/<\/title><rect width="100%" height="100%" fill="#[0-9a-f]{6}"\/>/)
  }
  expect(paletteCss('dark')).toContain('--cf-blue: #')
})

test('values that are not finite leave the axes finite', () => {
  const svg = lineFigure(drawing, {
    caption: { title: 'broken' },
    x: { label: 'iteration', format: String },
    y: { label: 'loss', format: String },
    lines: [
      {
        name: '',
        colour: 'blue',
        points: [
          { x: 0, y: 1 },
          { x: 1, y: NaN },
          { x: 2, y: 3 },
        ],
      },
    ],
  })
  expect(svg).not.toContain('NaN')
})

test('a figure without any point is still drawn', () => {
  const svg = lineFigure(drawing, {
    caption: { title: 'empty' },
    x: { label: 'iteration', format: String },
    y: { label: 'loss', format: String },
    lines: [{ name: 'nothing', colour: 'blue', points: [] }],
  })
  expect(svg).not.toContain('NaN')
})

test('bins hold every value once, the ends included', () => {
  const bins = binned([-2, -1, 0, 0.999, 1, 5], [-1, 1], 4)
  expect(bins.map((bin) => bin.share * 6)).toEqual([2, 0, 1, 3])
  expect(binned([], [0, 1], 2).map((bin) => bin.share)).toEqual([0, 0])
})

test('probit inverts the normal distribution', () => {
  expect(probit(0.5)).toBe(0)
  expect(probit(0.975)).toBeCloseTo(1.959963984540054, 7)
  expect(probit(0.001)).toBeCloseTo(-3.090232306167813, 7)
  expect(probit(0)).toBe(-Infinity)
})

test('logarithmic axes are marked at powers of ten, finer where there is at most one', () => {
  expect(logTicks([0.00008, 0.12])).toEqual([0.0001, 0.001, 0.01, 0.1])
  expect(logTicks([3, 60])).toEqual([5, 10, 20, 50])
})

test('the name of a threshold at the edge stays inside', () => {
  const at = (threshold: number): string =>
    histogramFigure(drawing, {
      caption: { title: 'Scores' },
      x: { label: 'cosine', domain: [0, 1], format: String },
      distributions: [{ name: 'a', colour: 'blue', values: [0.5] }],
      threshold: { at: threshold, label: 'threshold 0.999' },
    })
  const anchor = (svg: string): string | undefined =>
    /text-anchor="(\w+)"[^>]*><text[^>]*>threshold/.exec(svg)?.[1]
  expect([anchor(at(0.999)), anchor(at(0.5)), anchor(at(0.001))]).toEqual(['end', undefined, 'start'])
})
