/** @file The experiment of Fig 4 as a section of the page. */
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { decisionRule } from '../../src/experiment/decision-rule.ts'
import type { DecisionRule } from '../../src/plot/sectors.ts'
import { fixed, percent, short } from '../../src/plot/format.ts'
import { paint, standalone } from '../../src/plot/palette.ts'
import { figureSvg } from '../../src/plot/pane.ts'
import { comparisonFigure } from '../../src/plot/plane.ts'
import { lossNames, lossSettings } from '../losses.ts'
import { SaveButtons } from '../figures/save-buttons.tsx'
import type { LabState } from '../state.ts'
import { Settings, Transport } from './controls.tsx'
import { type Experiment, type ExperimentView, hasThreads, type LaneView } from './experiment.ts'
import { LaneFigure, sceneOf } from './lane-figure.tsx'
import { PointCard, Portrait, Swatch } from './point-card.tsx'
import { pointAt, pointCount } from './points.ts'
import { commandOf } from './command.ts'
import { curvesFigure, laneColours, Readings } from './readings.tsx'
import { Sphere } from './sphere.tsx'
import { useView } from './use-experiment.ts'
import './toy.css'

export interface ToyProps {
  readonly state: LabState
  readonly experiment: Experiment
  readonly onChange: (change: Partial<LabState>) => void
}

/** The experiment with its controls, figures and numbers. */
export function Toy({ state, experiment, onChange }: ToyProps): JSX.Element {
  const view = useView(experiment)
  const [chosen, setChosen] = useState(0)
  const { lanes, people } = view
  const index = people === undefined ? 0 : Math.min(chosen, pointCount(people.data) - 1)
  const point = people === undefined ? undefined : pointAt(people.data, index)
  const dimensions = dimensionsOf(lanes)
  const controls = { state, view, experiment, onChange }
  return (
    <div class="toy">
      <div class="run">
        <Transport {...controls} />
        <p class="status" role="status">
          {statusOf(view)}
        </p>
      </div>
      <div class="stage">
        {lanes.length === 0 ? <Waiting view={view} /> : null}
        {dimensions === 3 ? (
          <Sphere lanes={lanes} state={state} onChange={onChange} point={point} onPoint={setChosen} />
        ) : (
          <div class={`lanes lanes-${lanes.length}`}>
            {lanes.map((lane, at) => (
              <LaneColumn key={at} lane={lane} at={at} state={state} point={point} onPoint={setChosen} />
            ))}
          </div>
        )}
        {lanes.map(({ loss, frame }, at) =>
          frame.warnings.map((warning) => (
            <p class="warning" key={`${at} ${warning}`}>
              {`${lossNames[loss]}: ${warning}.`}
            </p>
          )),
        )}
        {lanes.length === 0 || dimensions === 3 ? null : (
          <div class="legend">
            <p>
              Dots: pictures trained on. Rings: held out. Arrows: class weights. Tinted: where a person wins.
              Hatched: where one wins, but not by the margin. Bars: how many features point there.
            </p>
            <SaveButtons name="features" title={figureTitle(lanes)} svg={() => figureOf(lanes, state)} />
          </div>
        )}
        {people === undefined || lanes.length === 0 ? null : (
          <ul class="people" aria-label="The people">
            {Array.from({ length: people.data.classes }, (_, identity) => (
              <li key={identity}>
                <Portrait painter={experiment.painter} label={identity} image={0} />
                <span>
                  <Swatch identity={identity} /> {identity + 1}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div class="console">
        <Settings {...controls} />
        {hasThreads() ? null : (
          <p class="aside" id="threads">
            WebAssembly threads are not available here (the page is not cross-origin isolated), so this runs
            slower than it could. <code>cosface lab</code> serves it with them.
          </p>
        )}
      </div>
      {people === undefined || lanes.length === 0 ? null : (
        <div class="findings">
          <div>
            <Readings lanes={lanes} />
            <p class="keep">
              The curves, with their axes:{' '}
              <SaveButtons
                name="curves"
                title="the curves of error, angles and loss"
                svg={() => figureSvg(curvesFigure(lanes))}
              />
            </p>
            <p class="repeat">
              The same with figures as files: <code>{commandOf(state)}</code>
            </p>
          </div>
          <PointCard
            experiment={experiment}
            lanes={lanes}
            people={people}
            index={index}
            onIndex={setChosen}
            dimensions={dimensions}
          />
        </div>
      )}
    </div>
  )
}

/** D of what is shown, which lags behind the setting while an experiment begins again. */
const dimensionsOf = (lanes: readonly LaneView[]): number => {
  const train = lanes[0]?.frame.train
  return train === undefined ? 2 : train.features.length / train.labels.length
}

interface LaneColumnProps {
  readonly lane: LaneView
  readonly at: number
  readonly state: LabState
  readonly point: ReturnType<typeof pointAt> | undefined
  readonly onPoint: (index: number) => void
}

function LaneColumn({ lane, at, state, point, onPoint }: LaneColumnProps): JSX.Element {
  const rule = useRule(lane, state)
  const title = lossNames[lane.loss]
  return (
    <figure class="lane">
      <figcaption style={{ borderColor: paint(laneColours[at] ?? 'ink') }}>{title}</figcaption>
      <LaneFigure title={title} frame={lane.frame} rule={rule} point={point} onPoint={onPoint} />
    </figure>
  )
}

function useRule(lane: LaneView, state: LabState): DecisionRule {
  const settings = lossSettings(lane.loss, state)
  return useMemo(() => decisionRule(settings), [JSON.stringify(settings)])
}

const figureTitle = (lanes: readonly LaneView[]): string =>
  `Features learned with ${lanes.map(({ loss }) => lossNames[loss]).join(' and ')}`

/** What is shown, as one SVG file. */
const figureOf = (lanes: readonly LaneView[], state: LabState): string => {
  const panels = lanes.map(({ loss, frame }) => ({
    title: lossNames[loss],
    note: `held out: error ${percent(frame.heldOut.error)}, spread ${fixed(frame.heldOut.withinSpread, 1)}°`,
    scene: sceneOf(frame, decisionRule(lossSettings(loss, state))),
  }))
  return standalone(comparisonFigure(panels, { title: figureTitle(lanes) }, 300))
}

function Waiting({ view }: { readonly view: ExperimentView }): JSX.Element {
  return (
    <div class="waiting">
      {view.phase === 'failed' ? (
        <p class="warning">{view.failure}</p>
      ) : (
        <progress aria-label="Drawing the faces" max="1" value={view.drawn} />
      )}
    </div>
  )
}

const statusOf = ({ phase, drawn, lanes, pace, note, failure }: ExperimentView): string => {
  const iteration = lanes[0]?.frame.iteration ?? 0
  const speed = pace === undefined ? '' : `, ${short(pace)} a second`
  const texts: { readonly [K in ExperimentView['phase']]: string } = {
    drawing: `Drawing the faces: ${Math.round(drawn * 100)} %.`,
    starting: 'Starting the network.',
    ready:
      iteration === 0
        ? 'Ready: the network has seen nothing yet.'
        : `${iteration} updates of 64 pictures${speed}.`,
    playing: `${iteration} updates of 64 pictures${speed}.`,
    failed: `The experiment has failed: ${failure ?? 'for no known reason'}`,
  }
  return note === undefined ? texts[phase] : `${note} ${texts[phase]}`
}
