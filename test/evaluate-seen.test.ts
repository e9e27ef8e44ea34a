/** @file `cosface evaluate` by a model that says whom it has seen, and by one that does not. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProtocolRecord } from '../src/evaluate/protocol/record.ts'
import { encodeSeen, imageHash, seenMetadata } from '../src/model/seen.ts'
import { readOnnx, withMetadata } from '../src/onnx/decode.ts'
import { cli } from './cli-in-process.ts'
import { evaluateFixture, personName, projection } from './evaluate-fixture.ts'

const { at, file, pairs } = evaluateFixture()

/** The fixture's model, which has seen some people by name, and the images of some. */
const knowing = (people: readonly string[], images: readonly string[] = []): string => {
  const hashes = images.map((image) => imageHash(readFileSync(at('faces', image))))
  const bytes = projection(1)
  const { metadata } = readOnnx(bytes, 'model')
  return file(
    'knowing.onnx',
    withMetadata(bytes, { ...metadata, ...seenMetadata(encodeSeen(people, hashes)) }, 'model'),
  )
}

const evaluated = async (
  model: string,
  ...args: readonly string[]
): Promise<{
  readonly record: ProtocolRecord
  readonly warnings: readonly string[]
  readonly accuracy?: number
}> => {
  const common = ['--model', model, '--threads', '1', '--replicates', '20']
  const { code, out, err } = await cli('evaluate', ...common, ...args, '--json')
  expect(code, err).toBe(0)
  return JSON.parse(out) as Awaited<ReturnType<typeof evaluated>>
}

const list = (): string[] => ['--images', at('faces'), '--pairs', pairs()]
const someImages = ['P00/P00_0001.png', 'P00/P00_0002.png', 'P01/P01_0001.png']

describe('a model that has seen the people it is judged on', () => {
  it('is told by number in JSON, on the terminal and on the page', async () => {
    const model = knowing([], someImages)
    const { record, warnings } = await evaluated(model, ...list())
    expect(record.overlap).toEqual({ people: 20, labels: 20, seenPeople: 2, images: 70, seenImages: 3 })
    const said = '2 of the 20 people and 3 of the 70 images were in the model’s training or validation set'
    expect(warnings[0]).toContain(said)
    const page = at('page.html')
    const shown = await cli('evaluate', '--model', model, ...list(), '--report', page)
    expect(shown.out).toContain(`Warning: ${said}`)
    const html = readFileSync(page, 'utf8')
    expect(html).toContain(said)
    expect(html).not.toMatch(/never seen|took no part/)
  })

  it('is told in every protocol that is given images', async () => {
    const model = knowing([], someImages)
    for (const protocol of ['identify', 'retrieval']) {
      const { record } = await evaluated(model, '--images', at('faces'), '--protocol', protocol)
      expect(record.overlap).toMatchObject({ people: 24, seenPeople: 2, images: 96, seenImages: 3 })
    }
    const bin = at('faces.bin')
    expect((await cli('pack', 'bin', at('faces'), '--pairs', pairs(), '--out', bin)).code).toBe(0)
    expect((await evaluated(model, '--pairs', bin)).record.overlap).toMatchObject({
      images: 70,
      seenImages: 3,
    })
  })

  it('does not change a figure', async () => {
    const [known, plain] = [knowing([], someImages), at('model.onnx')]
    const figures = await Promise.all([known, plain].map((model) => evaluated(model, ...list())))
    expect(figures[0]?.accuracy).toBe(figures[1]?.accuracy)
    expect(figures[0]?.record.model).toBe(figures[1]?.record.model)
  })
})

describe('a model that has seen others', () => {
  it('is said to know none of the images; of people with labels nothing is claimed', async () => {
    const { record, warnings } = await evaluated(knowing(['Anna Berg', personName(3)]), ...list())
    expect(record.overlap).toMatchObject({ seenPeople: 0, seenImages: 0, labels: 20 })
    expect(warnings).toEqual([])
    const page = at('others.html')
    const shown = await cli('evaluate', '--model', knowing(['Anna Berg']), ...list(), '--report', page)
    expect(shown.out).toContain('none of the 70 images was in the model’s training or validation set')
    expect(readFileSync(page, 'utf8')).not.toMatch(/never seen|took no part/)
  })
})

describe('a model that does not say whom it has seen', () => {
  it('has nothing claimed of it', async () => {
    const { record, warnings } = await evaluated(at('model.onnx'), ...list())
    expect(record.overlap).toBeUndefined()
    expect(warnings).toEqual([])
    const page = join(at('plain.html'))
    await cli('evaluate', '--model', at('model.onnx'), ...list(), '--report', page)
    expect(readFileSync(page, 'utf8')).not.toMatch(/never seen|took no part/)
  })
})
