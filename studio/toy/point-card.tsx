/** @file The picture that is looked at: what was drawn, what the network sees, and what each loss makes of it. */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Judgement } from '../../src/experiment/toy-judge.ts'
import type { Image as Pixels } from '../../src/image/image.ts'
import { fixed, percent, short } from '../../src/plot/format.ts'
import { identityPaint } from '../../src/plot/palette.ts'
import { lossNames } from '../losses.ts'
import type { Experiment, LaneView } from './experiment.ts'
import { imageAddress, type Painter, picturesPerPerson } from './faces.ts'
import type { People } from './people.ts'
import { featureOf, pointAt, pointCount } from './points.ts'

export interface PointCardProps {
  readonly experiment: Experiment
  readonly lanes: readonly LaneView[]
  readonly people: People
  readonly index: number
  readonly onIndex: (index: number) => void
  readonly dimensions: number
}

/** A point, chosen by pointing or by the slider. */
export function PointCard({
  experiment,
  lanes,
  people,
  index,
  onIndex,
  dimensions,
}: PointCardProps): JSX.Element {
  const { data, pictures } = people
  const point = pointAt(data, index)
  const judgements = useJudgements(experiment, lanes, people, index, dimensions)
  const pixels = pictures[point.label * picturesPerPerson + point.image]
  const name = `Picture ${point.image + 1} of person ${point.label + 1}, ${point.set === 'train' ? 'trained on' : 'held out'}`
  return (
    <section class="card" aria-labelledby="point-title">
      <h3 id="point-title">{name}</h3>
      <div class="slider">
        <label for="point">Picture to look at</label>
        <output for="point">{`${index + 1} of ${pointCount(data)}`}</output>
        <input
          id="point"
          type="range"
          min="0"
          max={pointCount(data) - 1}
          step="1"
          value={index}
          aria-valuetext={name}
          onInput={(event) => onIndex(event.currentTarget.valueAsNumber)}
        />
      </div>
      <div class="card-body">
        <div class="portraits">
          <Portrait painter={experiment.painter} label={point.label} image={point.image} />
          {pixels === undefined ? null : <Seen pixels={pixels} />}
        </div>
        <table class="judgement">
          <thead>
            <tr>
              <td />
              {lanes.map(({ loss }, lane) => (
                <th scope="colgroup" colSpan={2} key={lane}>
                  {lossNames[loss]}
                </th>
              ))}
            </tr>
            <tr>
              <th scope="col">person</th>
              {lanes.map((_lane, lane) => [
                <th scope="col" key={`cos${lane}`}>
                  cos θ
                </th>,
                <th scope="col" key={`p${lane}`}>
                  posterior
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: data.classes }, (_, person) => (
              <tr key={person} class={person === point.label ? 'own' : undefined}>
                <th scope="row">
                  <Swatch identity={person} /> {person + 1}
                  {person === point.label ? ' own' : ''}
                </th>
                {lanes.map((_lane, lane) => {
                  const judged = judgements[lane]
                  return [
                    <td key={`cos${lane}`}>
                      {judged === undefined ? '…' : fixed(judged.cosines[person] ?? 0, 2)}
                    </td>,
                    <td key={`p${lane}`}>
                      {judged === undefined ? '…' : percent(judged.posterior[person] ?? 0)}
                    </td>,
                  ]
                })}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">loss</th>
              {lanes.map((_lane, lane) => (
                <td key={lane} colSpan={2} data-loss>
                  {judgements[lane] === undefined ? '…' : short(judgements[lane].loss)}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  )
}

/** A person's colour, with its number beside it wherever it stands. */
export function Swatch({ identity }: { readonly identity: number }): JSX.Element {
  return <span class="swatch" style={{ background: identityPaint(identity) }} aria-hidden="true" />
}

interface PortraitProps {
  readonly painter: Painter
  readonly label: number
  readonly image: number
}

/** A picture as it was drawn. */
export function Portrait({ painter, label, image }: PortraitProps): JSX.Element {
  const [address, setAddress] = useState('')
  useEffect(() => {
    let isCurrent = true
    void painter.draw(label, [image], { height: 112, width: 96 }).then(({ svg }) => {
      if (isCurrent) setAddress(imageAddress(svg))
    })
    return () => {
      isCurrent = false
    }
  }, [painter, label, image])
  return address === '' ? (
    <span class="portrait" />
  ) : (
    <img class="portrait" src={address} width="96" height="112" alt={`Drawn face of person ${label + 1}`} />
  )
}

/** A picture as the network sees it. */
function Seen({ pixels }: { readonly pixels: Pixels }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined) return
    const { width, height, data } = pixels
    const image = context.createImageData(width, height)
    for (let at = 0; at < width * height; at++) {
      image.data.set(data.subarray(3 * at, 3 * at + 3), 4 * at)
      image.data[4 * at + 3] = 255
    }
    context.putImageData(image, 0, 0)
  }, [pixels])
  return (
    <canvas
      ref={canvas}
      class="portrait"
      width={pixels.width}
      height={pixels.height}
      role="img"
      aria-label="The same picture as the network sees it: 28 by 24 pixels, with light and noise of its own"
    />
  )
}

/** What each training says of the point now; a new question waits for the answer to the one before. */
function useJudgements(
  experiment: Experiment,
  lanes: readonly LaneView[],
  { data }: People,
  index: number,
  dimensions: number,
): readonly (Judgement | undefined)[] {
  const [found, setFound] = useState<readonly (Judgement | undefined)[]>([])
  const isAsking = useRef(false)
  const answered = useRef('')
  const key = `${index} ${lanes.map(({ loss, frame }) => `${loss}${frame.iteration}`).join(' ')}`
  useEffect(() => {
    if (isAsking.current || answered.current === key) return
    const ask = async (): Promise<void> => {
      isAsking.current = true
      answered.current = key
      const point = pointAt(data, index)
      const judgements = await Promise.all(
        lanes.map(async ({ frame }, lane) =>
          experiment.judge(lane, featureOf(frame, point, dimensions), point.label),
        ),
      )
      isAsking.current = false
      setFound(judgements)
    }
    void ask()
  }, [key, found])
  return found
}
