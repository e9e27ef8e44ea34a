/** @file The experiment as the page's components see it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LabState } from '../state.ts'
import { Experiment, type ExperimentView } from './experiment.ts'

/** The experiment and what it shows now; it lives as long as the page. */
export function useExperiment(state: LabState): readonly [ExperimentView, Experiment] {
  const held = useRef<Experiment | undefined>(undefined)
  const [view, setView] = useState<ExperimentView>({ phase: 'drawing', drawn: 0, lanes: [] })
  const experiment = (held.current ??= new Experiment(state, setView))
  useEffect(() => experiment.change(state), [state])
  useEffect(() => () => experiment.end(), [])
  return [view, experiment]
}
