import { parseHTML } from 'linkedom'
import { describe, expect, test } from 'vitest'
import { evaluationReport, runReport } from '../../src/report/run-report.ts'
import { madeUpConfig, madeUpEvents, madeUpRun } from './plausible-run.ts'

const contents = madeUpRun()
const page = await runReport(contents)
const { document } = parseHTML(page)
const text = (selector: string): string =>
  (document.querySelector(selector)?.textContent ?? '').replaceAll(/\s+/g, ' ').trim()

describe('the page of a run', () => {
  test('is one file that asks the network for nothing', () => {
    expect(page).toMatch(/^<!doctype html>/)
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:\/\/|url\(|@import|<script|<link|srcset/,
    )
    for (const picture of document.querySelectorAll('img, image'))
      expect(picture.getAttribute('src') ?? picture.getAttribute('href')).toMatch(/^data:image\//)
    expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain(
      "default-src 'none'",
    )
  })

  test('holds no number that is none', () => {
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  test('begins with the result on the test set, in a sentence', () => {
    const test = contents.sets.find((set) => set.role === 'test')
    expect(text('main section h2')).toBe('Result: test identities')
    expect(text('.headline')).toMatch(
      /^Of 100 pairs of photographs of people it has never seen, about 9\d are decided/,
    )
    expect(text('.headline')).toContain(String(Math.round((test?.result.accuracy ?? 0) * 100)))
    expect(text('.tiles .value')).toBe(`${((test?.result.accuracy ?? 0) * 100).toFixed(1)} %`)
  })

  test('has every section, each reachable by its link', () => {
    const ids = [...document.querySelectorAll('main > section')].map((section) => section.id)
    expect(ids).toEqual([
      'result',
      'training',
      'result-2',
      'angles',
      'hardest',
      'crops',
      'limits',
      'settings',
      'words',
    ])
    expect([...document.querySelectorAll('nav a')].map((link) => link.getAttribute('href'))).toEqual(
      ids.map((id) => `#${id}`),
    )
  })

  test('has headings in order, one h1, and names for everything that is a picture', () => {
    expect(document.querySelectorAll('h1')).toHaveLength(1)
    for (const heading of document.querySelectorAll('h3'))
      expect(heading.closest('section')?.querySelector('h2')).not.toBeNull()
    for (const svg of document.querySelectorAll('svg')) expect(svg.getAttribute('aria-label')).toMatch(/\S/)
    for (const picture of document.querySelectorAll('img')) expect(picture.getAttribute('alt')).toMatch(/\S/)
    expect(document.documentElement.getAttribute('lang')).toBe('en')
  })

  test('names of ids are used once', () => {
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('draws every curve the run has', () => {
    const names = [...document.querySelectorAll('figcaption strong')].map((name) => name.textContent)
    for (const name of [
      'Loss',
      'Cosines',
      'Validation',
      'Learning rate',
      'Within and between',
      'The trade between the two errors',
      'Scores, and where the line is drawn',
    ])
      expect(names).toContain(name)
  })

  test('says where the pairs carry no claim', () => {
    expect(text('#result')).toContain(
      'Insufficient pairs: 3,000 pairs of different people leave 0.3 false accepts',
    )
  })

  test('shows twelve crops with five points each, half a pixel from their whole-number centres', () => {
    expect(document.querySelectorAll('.crops svg')).toHaveLength(12)
    const circles = [...(document.querySelector('.crops svg')?.querySelectorAll('circle') ?? [])]
    expect(circles).toHaveLength(10)
    expect(circles[0]?.getAttribute('cx')).toBe('30.8')
  })

  test('lists the hardest pairs of both kinds, worst first, with the verdict', () => {
    const lists = [...document.querySelectorAll('.pairs')]
    expect(lists.map((list) => list.querySelectorAll('li').length)).toEqual([6, 6])
    const scores = lists.map((list) =>
      [...list.querySelectorAll('.score')].map((line) =>
        Number.parseFloat((line.textContent ?? '').replace('−', '-')),
      ),
    )
    expect(scores[0]).toEqual(scores[0]?.toSorted((a, b) => a - b))
    expect(scores[1]).toEqual(scores[1]?.toSorted((a, b) => b - a))
    expect(text('.pairs .score')).toContain('wrong')
  })

  test('says what the numbers are good for', () => {
    const said = text('#limits')
    for (const words of [
      'computed once',
      'searching a gallery',
      'group of people',
      'one face against one other',
    ])
      expect(said).toContain(words)
    expect(said).not.toContain('drawn faces')
  })

  test('says the same again from the same data', async () => {
    expect(await runReport(madeUpRun())).toBe(page)
  })
})

describe('runs that are not as they should be', () => {
  test('drawn faces are called drawn, at the top and in the limits', async () => {
    const drawn = parseHTML(await runReport({ ...contents, images: 'drawn faces' })).document
    expect(drawn.querySelector('.notice')?.textContent).toContain('nothing about photographs')
    expect(drawn.querySelector('#limits')?.textContent).toContain('nothing about photographs')
    expect(drawn.querySelector('.headline')?.textContent).toContain('pairs of drawn faces')
  })

  test('a run without any result, step or picture still has a page', async () => {
    const bare = await runReport({
      title: 'Nothing yet',
      images: 'photographs',
      config: madeUpConfig,
      events: [],
      sets: [],
      environment: {},
    })
    expect(bare).toContain('No step was taken yet.')
    expect(bare).not.toMatch(/NaN|undefined/)
  })

  test('a stopped run says so at the top, with its diagnosis below', async () => {
    const stopped = await runReport({
      ...contents,
      events: [
        ...madeUpEvents().filter((event) => event.kind !== 'end'),
        {
          kind: 'diagnosis',
          iteration: 1200,
          signature: 'learning-rate',
          text: 'The loss jumped; halve the learning rate.',
        },
        {
          kind: 'stopped',
          iteration: 1201,
          reason: 'non-finite',
          text: 'The gradient of stage3 is not finite.',
        },
      ],
    })
    const at = parseHTML(stopped).document
    expect(at.querySelector('.notice')?.textContent).toMatch(
      /Stopped at iteration 1,201\.\s+The gradient of stage3/,
    )
    expect(at.querySelector('#training')?.textContent).toContain('Iteration 1,200: The loss jumped')
  })

  test('what comes from outside is text, never markup', async () => {
    const evil = '<img src=x onerror=alert(1)>"'
    const escaped = await runReport({
      ...contents,
      title: evil,
      notes: [evil],
      environment: { [evil]: evil },
      config: { ...madeUpConfig, data: { ...madeUpConfig.data, folders: [evil] } },
      sets: contents.sets.map((set) => ({ ...set, name: evil })),
    })
    expect(escaped).not.toContain('<img src=x')
    expect(escaped).toContain('&lt;img src=x onerror=alert(1)&gt;')
  })

  test('a picture that is no data URI is refused', async () => {
    const crops = contents.crops?.map((crop) => ({ ...crop, picture: 'face.png' })) ?? []
    await expect(runReport({ ...contents, crops })).rejects.toThrow(
      'Expected a picture as a base64 data URI, got face.png',
    )
  })
})

test('the page of an evaluation has the sections that need no run', async () => {
  const { title, images, sets, baselines, environment, hardest } = contents
  const evaluated = parseHTML(
    await evaluationReport({
      title,
      images,
      sets: sets.slice(1),
      environment,
      ...(baselines === undefined ? {} : { baselines }),
      ...(hardest === undefined ? {} : { hardest }),
    }),
  ).document
  expect([...evaluated.querySelectorAll('main > section')].map((section) => section.id)).toEqual([
    'result',
    'hardest',
    'limits',
    'settings',
    'words',
  ])
})
